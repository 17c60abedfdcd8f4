#include "space.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "arguments.h"
#include "errors.h"
#include "extents.h"
#include "file.h"
#include "task.h"

namespace torpor {
namespace {

int64_t RoundUp(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

#ifdef __APPLE__

void WriteZeros(int descriptor, const std::string& path, int64_t start, int64_t end) {
  const std::vector<char> zeros(static_cast<size_t>(std::min(end - start, kZeroBlock)));
  while (start < end) {
    const auto count = static_cast<size_t>(std::min<int64_t>(end - start, kZeroBlock));
    const ssize_t wrote = Retry([&] { return pwrite(descriptor, zeros.data(), count, start); });
    if (wrote == -1) FailWithErrno("pwrite", path);
    start += wrote;
  }
}

// fcntl(2) of macOS: F_PUNCHHOLE takes whole blocks only, so the edges are written with zeros.
void Punch(int descriptor, const std::string& path, int64_t start, int64_t end) {
  const struct stat file = StatOf(descriptor, path);
  const int64_t block = std::max<int64_t>(file.st_blksize, 4096);
  const bool to_the_end = end >= file.st_size;
  end = std::min<int64_t>(end, file.st_size);
  if (start >= end) return;
  const int64_t first = RoundUp(start, block);
  const int64_t last = to_the_end ? RoundUp(end, block) : end / block * block;
  if (first >= last) {
    WriteZeros(descriptor, path, start, end);
    return;
  }
  WriteZeros(descriptor, path, start, first);
  if (!to_the_end) WriteZeros(descriptor, path, last, end);
  fpunchhole_t hole = {};
  hole.fp_offset = first;
  hole.fp_length = last - first;
  if (Retry([&] { return fcntl(descriptor, F_PUNCHHOLE, &hole); }) == -1) {
    FailWithErrno("fcntl", path);
  }
}

// F_PREALLOCATE adds space behind the file's physical end and cannot fill holes before it.
void Allocate(int descriptor, const std::string& path, int64_t size) {
  const struct stat file = StatOf(descriptor, path);
  const int64_t allocated = static_cast<int64_t>(file.st_blocks) * 512;
  if (allocated >= size && file.st_size >= size) return;
  if (allocated < file.st_size) {
    throw SystemError(EOPNOTSUPP, "fcntl", path,
                      "macOS cannot reserve the holes of a file that is already sparse");
  }
  if (allocated < size) {
    fstore_t store = {};
    store.fst_flags = F_ALLOCATEALL;
#ifdef F_ALLOCATEPERSIST
    store.fst_flags |= F_ALLOCATEPERSIST;
#endif
    store.fst_posmode = F_PEOFPOSMODE;
    store.fst_length = size - allocated;
    if (Retry([&] { return fcntl(descriptor, F_PREALLOCATE, &store); }) == -1) {
      // APFS has answered EINVAL to a call that is right (rdar 38939209).
      throw SystemError(errno == EINVAL ? EOPNOTSUPP : errno, "fcntl", path);
    }
  }
  if (file.st_size < size && ftruncate(descriptor, size) == -1) FailWithErrno("ftruncate", path);
  // Believed only when it shows: a promise that the volume did not keep kills a guest later.
  if (static_cast<int64_t>(StatOf(descriptor, path).st_blocks) * 512 < size) {
    if (ftruncate(descriptor, file.st_size) == -1) FailWithErrno("ftruncate", path);
    throw SystemError(EOPNOTSUPP, "fcntl", path, "the volume did not keep the space reserved");
  }
}

#else

void Punch(int descriptor, const std::string& path, int64_t start, int64_t end) {
  const int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  if (Retry([&] { return fallocate(descriptor, mode, start, end - start); }) == -1) {
    FailWithErrno("fallocate", path);
  }
}

void Allocate(int descriptor, const std::string& path, int64_t size) {
  if (Retry([&] { return fallocate(descriptor, 0, 0, size); }) == -1) {
    FailWithErrno("fallocate", path);
  }
}

#endif

std::vector<Extent> Gaps(const std::vector<Extent>& extents, int64_t size) {
  std::vector<Extent> gaps;
  int64_t position = 0;
  for (const Extent& extent : extents) {
    if (extent.start > position) gaps.push_back({position, extent.start});
    position = extent.end;
  }
  if (position < size) gaps.push_back({position, size});
  return gaps;
}

void Release(int descriptor, const std::string& path) {
  const struct stat file = StatOf(descriptor, path);
  std::vector<Extent> data = DataExtents(descriptor, path, file.st_size);
  if (!HolesAreKnown(descriptor)) {
    std::vector<Extent> read;
    for (const Extent& extent : data) {
      const std::vector<Extent> parts = NonZeroParts(descriptor, path, extent);
      read.insert(read.end(), parts.begin(), parts.end());
    }
    data = read;
  }
  const auto block = static_cast<int64_t>(file.st_blksize);
  for (const Extent& gap : Gaps(data, file.st_size)) {
    // The block that the end of the file lies in is freed only when the hole covers all of it.
    const int64_t end = gap.end == file.st_size ? RoundUp(gap.end, block) : gap.end;
    Punch(descriptor, path, gap.start, end);
  }
}

void ReserveFile(const std::string& path, int64_t size) {
  const Descriptor file = OpenFile(path, O_RDWR);
  if (size == 0) return;
  const int64_t before = StatOf(file.value(), path).st_size;
  try {
    Allocate(file.value(), path, size);
  } catch (const SystemError& error) {
    // ext4 and xfs keep what they could get, which leaves a full volume to everybody else.
    if (error.number() == ENOSPC || error.number() == EDQUOT) {
      if (StatOf(file.value(), path).st_size > before && ftruncate(file.value(), before) == -1) {
        FailWithErrno("ftruncate", path);
      }
      Release(file.value(), path);
    }
    throw;
  }
}

}  // namespace

Napi::Value Reserve(const Napi::CallbackInfo& info) {
  const std::string path = PathArgument(info, 0, "path");
  const int64_t size = BytesArgument(info, 1, "size");
  return RunTask(info.Env(), [path, size] { ReserveFile(path, size); });
}

Napi::Value ReleaseUnused(const Napi::CallbackInfo& info) {
  const std::string path = PathArgument(info, 0, "path");
  return RunTask(info.Env(), [path] {
    const Descriptor file = OpenFile(path, O_RDWR);
    Release(file.value(), path);
  });
}

Napi::Value PunchHole(const Napi::CallbackInfo& info) {
  const std::string path = PathArgument(info, 0, "path");
  const int64_t start = BytesArgument(info, 1, "start");
  const int64_t end = BytesArgument(info, 2, "end");
  if (end < start) throw Napi::RangeError::New(info.Env(), "end must not be before start");
  return RunTask(info.Env(), [path, start, end] {
    const Descriptor file = OpenFile(path, O_RDWR);
    if (end > start) Punch(file.value(), path, start, end);
  });
}

}  // namespace torpor
