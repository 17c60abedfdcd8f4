// Open files: descriptors that close themselves, and the checks every call here makes on a path.
#pragma once

#include <sys/stat.h>

#include <string>

namespace torpor {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(other.Release()) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();

  int value() const { return value_; }

  // Gives the descriptor away; this object closes nothing any more.
  int Release() {
    const int value = value_;
    value_ = -1;
    return value;
  }

 private:
  int value_;
};

// Opens a regular file or, if `directories`, a directory. Anything else is EINVAL and never waited
// for (a FIFO would block). A file that this process holds a lock on is EBUSY: see lock.h.
Descriptor OpenFile(const std::string& path, int flags, bool directories = false);

struct stat StatOf(int descriptor, const std::string& path);

}  // namespace torpor
