#include "flush.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

#include "arguments.h"
#include "errors.h"
#include "extents.h"
#include "file.h"
#include "long_task.h"

namespace torpor {
namespace {

// A step between two looks at the cancel flag: some hundredths of a second on a good disk.
constexpr int64_t kWindow = 64 * 1024 * 1024;

#ifdef __linux__

// Starts writing a window without waiting for it.
void StartWriting(int descriptor, const std::string& path, const Extent& window) {
  if (Retry([&] {
        return sync_file_range(descriptor, window.start, window.end - window.start,
                               SYNC_FILE_RANGE_WRITE);
      }) == -1) {
    FailWithErrno("sync_file_range", path);
  }
}

void FinishWriting(int descriptor, const std::string& path, const Extent& window) {
  if (Retry([&] {
        return sync_file_range(
            descriptor, window.start, window.end - window.start,
            SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
      }) == -1) {
    FailWithErrno("sync_file_range", path);
  }
}

#else

void StartWriting(int, const std::string&, const Extent&) {}

// macOS has no sync_file_range. Pages that a process dirtied through a shared mapping are pushed
// out by msync of any mapping of the same file: all of them share the file's pages.
void FinishWriting(int descriptor, const std::string& path, const Extent& window) {
  const auto length = static_cast<size_t>(window.end - window.start);
  void* memory = mmap(nullptr, length, PROT_READ, MAP_SHARED, descriptor, window.start);
  if (memory == MAP_FAILED) FailWithErrno("mmap", path);
  const int result = msync(memory, length, MS_SYNC);
  const int number = errno;
  munmap(memory, length);
  if (result == -1) throw SystemError(number, "msync", path);
}

#endif

// Fixed windows rather than extents: a file may have a million small ones, and a window may span
// holes because only dirty pages are written.
struct Step {
  Extent window;
  int64_t bytes;
};

std::vector<Step> StepsOf(const std::vector<Extent>& extents) {
  std::vector<Step> steps;
  for (const Extent& extent : extents) {
    for (int64_t start = extent.start; start < extent.end;) {
      const int64_t window = start / kWindow * kWindow;
      const int64_t end = std::min(extent.end, window + kWindow);
      if (steps.empty() || steps.back().window.start != window) steps.push_back({{window, end}, 0});
      steps.back().window.end = end;
      steps.back().bytes += end - start;
      start = end;
    }
  }
  return steps;
}

void WriteBack(int descriptor, const std::string& path, const Monitor& monitor) {
  const int64_t size = StatOf(descriptor, path).st_size;
  const std::vector<Step> steps = StepsOf(DataExtents(descriptor, path, size));
  int64_t total = 0;
  for (const Step& step : steps) total += step.bytes;

  int64_t done = 0;
  const auto finish = [&](const Step& step) {
    FinishWriting(descriptor, path, step.window);
    done += step.bytes;
    monitor.Report(done, total);
  };
  monitor.Report(0, total);
  // One window ahead, so that the disk never waits for us.
  std::optional<Step> pending;
  for (const Step& step : steps) {
    monitor.ThrowIfCancelled();
    StartWriting(descriptor, path, step.window);
    if (pending) finish(*pending);
    pending = step;
  }
  monitor.ThrowIfCancelled();
  if (pending) finish(*pending);
}

}  // namespace

void SyncToMedium(int descriptor, const std::string& path) {
#ifdef __APPLE__
  // fsync(2) of macOS stops at the drive's cache; F_FULLFSYNC does not, but network and some
  // foreign file systems lack it.
  if (Retry([&] { return fcntl(descriptor, F_FULLFSYNC); }) == 0) return;
  if (errno != ENOTSUP && errno != EINVAL && errno != ENOTTY) FailWithErrno("fcntl", path);
#endif
  if (Retry([&] { return fsync(descriptor); }) == -1) FailWithErrno("fsync", path);
}

Napi::Value Flush(const Napi::CallbackInfo& info) {
  const std::string path = PathArgument(info, 0, "path");
  if (!info[1].IsFunction()) {
    throw Napi::TypeError::New(info.Env(), "onProgress must be a function");
  }
  return LongTask::Run(info.Env(), path, info[1].As<Napi::Function>(),
                       [path](const Monitor& monitor) {
                         // One descriptor from first to last: the kernel reports a write error to
                         // those who had the file open when it happened.
                         const Descriptor file = OpenFile(path, O_RDONLY, true);
                         if (S_ISREG(StatOf(file.value(), path).st_mode)) {
                           WriteBack(file.value(), path, monitor);
                         }
                         monitor.ThrowIfCancelled();
                         SyncToMedium(file.value(), path);
                         return std::string("flushed");
                       });
}

}  // namespace torpor
