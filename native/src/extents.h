// Where a sparse file holds data.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace torpor {

struct Extent {
  int64_t start;
  int64_t end;
};

// In order, apart from each other, within `size`. One extent for the whole file where the file
// system cannot tell, or cannot be believed (HolesAreKnown).
std::vector<Extent> DataExtents(int descriptor, const std::string& path, int64_t size);

// Whether a hole that lseek reports is one. True for file systems whose answer counts pages that
// are dirty only in memory: ext4, xfs, btrfs, tmpfs. APFS and older OpenZFS have reported holes
// over data just written (coreutils bug 61386, openzfs issue 11900), so elsewhere nothing may be
// skipped or punched on this word alone.
bool HolesAreKnown(int descriptor);

// The parts of `extent` that are not zeros, found by reading, in whole blocks of `kZeroBlock`.
std::vector<Extent> NonZeroParts(int descriptor, const std::string& path, const Extent& extent);

// Fine enough to find the untouched memory of a guest, a multiple of every usual block size.
constexpr int64_t kZeroBlock = 64 * 1024;

bool IsZero(const char* bytes, size_t count);

// Reads exactly `count` bytes; a file that ends before is an error (it shrank under our hands).
void ReadFully(int descriptor, const std::string& path, char* bytes, size_t count, int64_t offset);

Napi::Value ToJs(Napi::Env env, const std::vector<Extent>& extents);

// A list of {start, end} whose ends are not before their starts.
std::vector<Extent> ExtentsArgument(const Napi::CallbackInfo& info, size_t index, const char* name);

// dataExtents(path) -> Promise<{start, end}[]>
Napi::Value DataExtentsOf(const Napi::CallbackInfo& info);

}  // namespace torpor
