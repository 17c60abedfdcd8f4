// Reserving the space of a file and giving it back.
#pragma once

#include <napi.h>

namespace torpor {

// reserve(path, size) -> Promise<void>
Napi::Value Reserve(const Napi::CallbackInfo& info);

// releaseUnused(path) -> Promise<void>
Napi::Value ReleaseUnused(const Napi::CallbackInfo& info);

// punchHole(path, start, end) -> Promise<void>
Napi::Value PunchHole(const Napi::CallbackInfo& info);

}  // namespace torpor
