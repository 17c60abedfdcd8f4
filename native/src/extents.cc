#include "extents.h"

#include <fcntl.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "arguments.h"
#include "errors.h"
#include "file.h"
#include "task.h"

namespace torpor {

bool HolesAreKnown(int descriptor) {
#ifdef __linux__
#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif
  struct statfs volume;
  if (fstatfs(descriptor, &volume) == -1) return false;
  switch (static_cast<unsigned long>(volume.f_type)) {
    case EXT4_SUPER_MAGIC:
    case XFS_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case TMPFS_MAGIC:
      return true;
    default:
      return false;
  }
#else
  static_cast<void>(descriptor);
  return false;
#endif
}

std::vector<Extent> DataExtents(int descriptor, const std::string& path, int64_t size) {
  std::vector<Extent> extents;
  if (size == 0) return extents;
  if (!HolesAreKnown(descriptor)) return {{0, size}};
  int64_t position = 0;
  while (position < size) {
    const off_t data = lseek(descriptor, position, SEEK_DATA);
    if (data == -1) {
      if (errno == ENXIO) break;
      if (errno == EINVAL || errno == EOPNOTSUPP) return {{0, size}};
      FailWithErrno("lseek", path);
    }
    // A file that grows or is punched meanwhile must neither leave `size` nor stop the loop.
    if (data >= size) break;
    const off_t hole = lseek(descriptor, data, SEEK_HOLE);
    if (hole == -1 && errno != ENXIO) FailWithErrno("lseek", path);
    const int64_t end = hole == -1 ? size : std::min<int64_t>(hole, size);
    if (end > data) {
      if (!extents.empty() && extents.back().end >= data) {
        extents.back().end = end;
      } else {
        extents.push_back({data, end});
      }
    }
    position = std::max<int64_t>(end, data + 1);
  }
  return extents;
}

bool IsZero(const char* bytes, size_t count) {
  return count == 0 || (bytes[0] == 0 && std::memcmp(bytes, bytes + 1, count - 1) == 0);
}

void ReadFully(int descriptor, const std::string& path, char* bytes, size_t count, int64_t offset) {
  size_t have = 0;
  while (have < count) {
    const ssize_t got = Retry([&] {
      return pread(descriptor, bytes + have, count - have, offset + static_cast<int64_t>(have));
    });
    if (got == -1) FailWithErrno("pread", path);
    if (got == 0)
      throw SystemError(EIO, "pread", path, "the file became shorter while it was read");
    have += static_cast<size_t>(got);
  }
}

std::vector<Extent> NonZeroParts(int descriptor, const std::string& path, const Extent& extent) {
  std::vector<Extent> parts;
  std::vector<char> buffer(static_cast<size_t>(kZeroBlock));
  for (int64_t start = extent.start; start < extent.end;) {
    // Blocks are counted from the start of the file, so that they line up with its own.
    const int64_t end = std::min(extent.end, (start / kZeroBlock + 1) * kZeroBlock);
    const auto count = static_cast<size_t>(end - start);
    ReadFully(descriptor, path, buffer.data(), count, start);
    if (!IsZero(buffer.data(), count)) {
      if (!parts.empty() && parts.back().end == start) {
        parts.back().end = end;
      } else {
        parts.push_back({start, end});
      }
    }
    start = end;
  }
  return parts;
}

Napi::Value ToJs(Napi::Env env, const std::vector<Extent>& extents) {
  Napi::Array list = Napi::Array::New(env, extents.size());
  for (size_t index = 0; index < extents.size(); ++index) {
    const Napi::HandleScope scope(env);
    Napi::Object item = Napi::Object::New(env);
    item.Set("start", Napi::Number::New(env, static_cast<double>(extents[index].start)));
    item.Set("end", Napi::Number::New(env, static_cast<double>(extents[index].end)));
    list.Set(static_cast<uint32_t>(index), item);
  }
  return list;
}

std::vector<Extent> ExtentsArgument(const Napi::CallbackInfo& info, size_t index,
                                    const char* name) {
  const auto wrong = [&] {
    return Napi::TypeError::New(info.Env(), std::string(name) + " must be a list of extents");
  };
  if (!info[index].IsArray()) throw wrong();
  const Napi::Array list = info[index].As<Napi::Array>();
  std::vector<Extent> extents;
  for (uint32_t at = 0; at < list.Length(); ++at) {
    const Napi::HandleScope scope(info.Env());
    const Napi::Value item = list.Get(at);
    if (!item.IsObject()) throw wrong();
    const Napi::Object object = item.As<Napi::Object>();
    const Extent extent = {Bytes(object.Get("start"), name), Bytes(object.Get("end"), name)};
    if (extent.end < extent.start) throw wrong();
    extents.push_back(extent);
  }
  return extents;
}

Napi::Value DataExtentsOf(const Napi::CallbackInfo& info) {
  const std::string path = PathArgument(info, 0, "path");
  return Task<std::vector<Extent>>::Run(
      info.Env(),
      [path] {
        const Descriptor file = OpenFile(path, O_RDONLY);
        return DataExtents(file.value(), path, StatOf(file.value(), path).st_size);
      },
      ToJs);
}

}  // namespace torpor
