#include "file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "errors.h"
#include "lock.h"

namespace torpor {

Descriptor::~Descriptor() {
  // Nothing can be done about a failing close here: whoever needs the data on the medium has
  // flushed it, and after EINTR Linux has closed the descriptor all the same.
  if (value_ >= 0) close(value_);
}

Descriptor OpenFile(const std::string& path, int flags, bool directories) {
  if (HoldsLockOn(path)) {
    throw SystemError(EBUSY, "open", path, "this process holds a lock on the file");
  }
  Descriptor file(
      Retry([&] { return open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); }));
  if (file.value() == -1) FailWithErrno("open", path);
  const mode_t mode = StatOf(file.value(), path).st_mode;
  if (!S_ISREG(mode) && !(directories && S_ISDIR(mode))) {
    throw SystemError(EINVAL, "open", path, "not a regular file");
  }
  return file;
}

struct stat StatOf(int descriptor, const std::string& path) {
  struct stat result;
  if (fstat(descriptor, &result) == -1) FailWithErrno("fstat", path);
  return result;
}

}  // namespace torpor
