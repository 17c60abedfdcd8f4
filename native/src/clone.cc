#include "clone.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/clonefile.h>
#else
#include <linux/fs.h>
#include <sys/ioctl.h>
#endif

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "arguments.h"
#include "errors.h"
#include "extents.h"
#include "file.h"
#include "long_task.h"

namespace torpor {
namespace {

constexpr int64_t kCopyStep = 4 * 1024 * 1024;

struct Paths {
  std::string from;
  std::string to;
};

// What "this volume, or this pair of volumes, cannot share blocks" looks like.
bool MeansNotShareable(int number) {
  switch (number) {
    case EOPNOTSUPP:
#if ENOTSUP != EOPNOTSUPP
    case ENOTSUP:
#endif
    case ENOTTY:
    case ENOSYS:
    case EXDEV:
    case EINVAL:
      return true;
    default:
      return false;
  }
}

void WriteFully(int descriptor, const std::string& path, const char* bytes, size_t count,
                int64_t offset) {
  size_t done = 0;
  while (done < count) {
    const ssize_t wrote = Retry([&] {
      return pwrite(descriptor, bytes + done, count - done, offset + static_cast<int64_t>(done));
    });
    if (wrote == -1) FailWithErrno("pwrite", path);
    done += static_cast<size_t>(wrote);
  }
}

// Zeros inside an extent stay holes of the target, which is empty.
void WriteNonZero(int descriptor, const std::string& path, const char* bytes, size_t count,
                  int64_t offset) {
  for (size_t start = 0; start < count;) {
    const size_t length = std::min<size_t>(static_cast<size_t>(kZeroBlock), count - start);
    if (!IsZero(bytes + start, length)) {
      WriteFully(descriptor, path, bytes + start, length, offset + static_cast<int64_t>(start));
    }
    start += length;
  }
}

void CopyData(int source, int target, const Paths& paths, int64_t size, const Monitor& monitor) {
  if (ftruncate(target, size) == -1) FailWithErrno("ftruncate", paths.to);
  const std::vector<Extent> extents = DataExtents(source, paths.from, size);
  int64_t total = 0;
  for (const Extent& extent : extents) total += extent.end - extent.start;
  int64_t done = 0;
  monitor.Report(0, total);
  std::vector<char> buffer(static_cast<size_t>(std::min(kCopyStep, std::max<int64_t>(total, 1))));
  for (const Extent& extent : extents) {
    for (int64_t start = extent.start; start < extent.end;) {
      monitor.ThrowIfCancelled();
      const int64_t length = std::min(static_cast<int64_t>(buffer.size()), extent.end - start);
      ReadFully(source, paths.from, buffer.data(), static_cast<size_t>(length), start);
      WriteNonZero(target, paths.to, buffer.data(), static_cast<size_t>(length), start);
      start += length;
      done += length;
      monitor.Report(done, total);
    }
  }
}

// Removes the target that we created, unless somebody put another file there meanwhile.
void RemoveOwn(int target, const Paths& paths) {
  struct stat ours;
  struct stat there;
  if (fstat(target, &ours) == 0 && lstat(paths.to.c_str(), &there) == 0 &&
      ours.st_dev == there.st_dev && ours.st_ino == there.st_ino) {
    unlink(paths.to.c_str());
  }
}

bool ShareBlocks(int source, int target, const Paths& paths) {
#ifdef FICLONE
  if (Retry([&] { return ioctl(target, FICLONE, source); }) == 0) return true;
  if (!MeansNotShareable(errno)) FailWithErrno("ioctl", paths.to);
#else
  static_cast<void>(source);
  static_cast<void>(target);
  static_cast<void>(paths);
#endif
  return false;
}

std::string CloneFile(const Paths& paths, const Monitor& monitor) {
  const Descriptor source = OpenFile(paths.from, O_RDONLY);
  monitor.ThrowIfCancelled();
#ifdef __APPLE__
  // Creates the target whole or not at all, and fails with EEXIST when it is there.
  if (fclonefileat(source.value(), AT_FDCWD, paths.to.c_str(), 0) == 0) return "shared";
  if (!MeansNotShareable(errno)) FailWithErrno("fclonefileat", paths.to);
#endif
  const struct stat file = StatOf(source.value(), paths.from);
  const Descriptor target(Retry([&] {
    return open(paths.to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                file.st_mode & 0777);
  }));
  if (target.value() == -1) FailWithErrno("open", paths.to);
  try {
    if (ShareBlocks(source.value(), target.value(), paths)) return "shared";
    CopyData(source.value(), target.value(), paths, file.st_size, monitor);
    return "copied";
  } catch (...) {
    RemoveOwn(target.value(), paths);
    throw;
  }
}

}  // namespace

Napi::Value Clone(const Napi::CallbackInfo& info) {
  const Paths paths = {PathArgument(info, 0, "from"), PathArgument(info, 1, "to")};
  if (!info[2].IsFunction()) {
    throw Napi::TypeError::New(info.Env(), "onProgress must be a function");
  }
  return LongTask::Run(info.Env(), paths.to, info[2].As<Napi::Function>(),
                       [paths](const Monitor& monitor) { return CloneFile(paths, monitor); });
}

}  // namespace torpor
