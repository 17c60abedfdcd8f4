#include "cached.h"

#include <fcntl.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "arguments.h"
#include "errors.h"
#include "extents.h"
#include "file.h"
#include "task.h"

namespace torpor {
namespace {

#ifdef __linux__

// cachestat(2), Linux 6.5 and up: the same number on every architecture, and in no header of glibc
// before 2.39.
constexpr long kCachestat = 451;

struct CachestatRange {
  uint64_t offset;
  uint64_t length;
};

struct Cachestat {
  uint64_t cached;
  uint64_t dirty;
  uint64_t writeback;
  uint64_t evicted;
  uint64_t recently_evicted;
};

constexpr int64_t kFinest = 128 * 1024;
constexpr int64_t kCoarsest = 64 * 1024 * 1024;
constexpr int64_t kParts = 8;

std::optional<int64_t> DirtyIn(int descriptor, const std::string& path, const Extent& extent) {
  CachestatRange range = {static_cast<uint64_t>(extent.start),
                          static_cast<uint64_t>(extent.end - extent.start)};
  Cachestat found = {};
  if (Retry([&] { return syscall(kCachestat, descriptor, &range, &found, 0); }) == 0) {
    return static_cast<int64_t>(found.dirty + found.writeback) * sysconf(_SC_PAGESIZE);
  }
  // An older kernel, or a sandbox that does not know the call.
  if (errno == ENOSYS || errno == EPERM || errno == EOPNOTSUPP) return std::nullopt;
  FailWithErrno("cachestat", path);
}

// Looks closer only where some is dirty and some is not, so that the cost follows what is dirty.
// False where the kernel cannot tell.
bool Collect(int descriptor, const std::string& path, const Extent& whole, int64_t step,
             std::vector<Extent>& extents) {
  for (int64_t start = whole.start; start < whole.end; start += step) {
    const Extent part = {start, std::min(start + step, whole.end)};
    const std::optional<int64_t> dirty = DirtyIn(descriptor, path, part);
    if (!dirty) return false;
    if (*dirty == 0) continue;
    if (*dirty < part.end - part.start && step > kFinest) {
      if (!Collect(descriptor, path, part, step / kParts, extents)) return false;
    } else if (!extents.empty() && extents.back().end == part.start) {
      extents.back().end = part.end;
    } else {
      extents.push_back(part);
    }
  }
  return true;
}

std::optional<std::vector<Extent>> DirtyExtents(int descriptor, const std::string& path) {
  std::vector<Extent> extents;
  const Extent whole = {0, StatOf(descriptor, path).st_size};
  if (!Collect(descriptor, path, whole, kCoarsest, extents)) return std::nullopt;
  return extents;
}

// Each page is fetched by itself, without the neighbours that the kernel would add to it: a page
// that shares a large folio has all of that folio written again with every change.
void Fetch(int descriptor, const std::string& path, const std::vector<Extent>& extents) {
  for (const Extent& extent : extents) {
    const int result =
        posix_fadvise(descriptor, extent.start, extent.end - extent.start, POSIX_FADV_WILLNEED);
    if (result != 0) throw SystemError(result, "posix_fadvise", path);
  }
}

#else

std::optional<std::vector<Extent>> DirtyExtents(int, const std::string&) { return std::nullopt; }

// fcntl(2) of macOS: advice, whose count is an int.
void Fetch(int descriptor, const std::string& path, const std::vector<Extent>& extents) {
  constexpr int64_t kMost = 1024 * 1024 * 1024;
  for (const Extent& extent : extents) {
    for (int64_t start = extent.start; start < extent.end; start += kMost) {
      radvisory advice = {};
      advice.ra_offset = start;
      advice.ra_count = static_cast<int>(std::min(extent.end - start, kMost));
      if (Retry([&] { return fcntl(descriptor, F_RDADVISE, &advice); }) == -1) {
        FailWithErrno("fcntl", path);
      }
    }
  }
}

#endif

}  // namespace

Napi::Value DirtyExtentsOf(const Napi::CallbackInfo& info) {
  const std::string path = PathArgument(info, 0, "path");
  return Task<std::optional<std::vector<Extent>>>::Run(
      info.Env(),
      [path] {
        const Descriptor file = OpenFile(path, O_RDONLY);
        return DirtyExtents(file.value(), path);
      },
      [](Napi::Env env, const std::optional<std::vector<Extent>>& extents) -> Napi::Value {
        return extents ? ToJs(env, *extents) : env.Undefined();
      });
}

Napi::Value ReadAhead(const Napi::CallbackInfo& info) {
  const std::string path = PathArgument(info, 0, "path");
  std::vector<Extent> extents = ExtentsArgument(info, 1, "extents");
  return RunTask(info.Env(), [path, extents = std::move(extents)] {
    const Descriptor file = OpenFile(path, O_RDONLY);
    Fetch(file.value(), path, extents);
  });
}

}  // namespace torpor
