#include "volume.h"

#ifdef __APPLE__
#include <sys/mount.h>
#include <sys/param.h>
#else
#include <sys/statvfs.h>
#endif

#include <cstdint>
#include <string>

#include "arguments.h"
#include "errors.h"
#include "task.h"

namespace torpor {
namespace {

struct Room {
  uint64_t available;
  uint64_t total;
};

Room RoomAt(const std::string& path) {
#ifdef __APPLE__
  // statvfs(3) of macOS counts blocks in 32 bits.
  struct statfs volume;
  if (Retry([&] { return statfs(path.c_str(), &volume); }) == -1) FailWithErrno("statfs", path);
  const uint64_t block = volume.f_bsize;
#else
  struct statvfs volume;
  if (Retry([&] { return statvfs(path.c_str(), &volume); }) == -1) FailWithErrno("statvfs", path);
  const uint64_t block = volume.f_frsize;
#endif
  return {volume.f_bavail * block, volume.f_blocks * block};
}

}  // namespace

Napi::Value SpaceOf(const Napi::CallbackInfo& info) {
  const std::string path = PathArgument(info, 0, "path");
  return Task<Room>::Run(
      info.Env(), [path] { return RoomAt(path); },
      [](Napi::Env env, const Room& room) -> Napi::Value {
        Napi::Object result = Napi::Object::New(env);
        result.Set("available", Napi::Number::New(env, static_cast<double>(room.available)));
        result.Set("total", Napi::Number::New(env, static_cast<double>(room.total)));
        return result;
      });
}

}  // namespace torpor
