// The export table, and nothing else: src/storage/native.ts declares the same names in TypeScript.
#include <napi.h>

#include "cached.h"
#include "clone.h"
#include "extents.h"
#include "flush.h"
#include "lock.h"
#include "peer.h"
#include "shift.h"
#include "space.h"
#include "volume.h"

namespace {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("lock", Napi::Function::New(env, torpor::Lock));
  exports.Set("unlock", Napi::Function::New(env, torpor::Unlock));
  exports.Set("lockHolder", Napi::Function::New(env, torpor::LockHolder));
  exports.Set("reserve", Napi::Function::New(env, torpor::Reserve));
  exports.Set("releaseUnused", Napi::Function::New(env, torpor::ReleaseUnused));
  exports.Set("punchHole", Napi::Function::New(env, torpor::PunchHole));
  exports.Set("dataExtents", Napi::Function::New(env, torpor::DataExtentsOf));
  exports.Set("dirtyExtents", Napi::Function::New(env, torpor::DirtyExtentsOf));
  exports.Set("readAhead", Napi::Function::New(env, torpor::ReadAhead));
  exports.Set("flush", Napi::Function::New(env, torpor::Flush));
  exports.Set("clone", Napi::Function::New(env, torpor::Clone));
  exports.Set("space", Napi::Function::New(env, torpor::SpaceOf));
  exports.Set("peerUserId", Napi::Function::New(env, torpor::PeerUserId));
  exports.Set("isShiftHeld", Napi::Function::New(env, torpor::IsShiftHeld));
  return exports;
}

}  // namespace

NODE_API_MODULE(torpor, Init)
