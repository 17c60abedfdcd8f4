// What a failed system call becomes: a C++ exception off the JavaScript thread, an Error with
// `code`, `errno`, `syscall` and `path` (as Node's own system errors) on it.
#pragma once

#include <napi.h>

#include <exception>
#include <string>

namespace torpor {

class SystemError : public std::exception {
 public:
  // `number` is an errno; `call` the system call as its manual page names it.
  SystemError(int number, std::string call, std::string path = "", std::string remark = "");

  const char* what() const noexcept override { return message_.c_str(); }
  int number() const noexcept { return number_; }

  Napi::Error ToJs(Napi::Env env) const;

 private:
  int number_;
  std::string call_;
  std::string path_;
  std::string message_;
};

// Throws SystemError with the current errno.
[[noreturn]] void FailWithErrno(const char* call, const std::string& path);

// Repeats a call that returns -1 with EINTR.
template <typename Call>
auto Retry(Call call) -> decltype(call()) {
  decltype(call()) result;
  do {
    result = call();
  } while (result == -1 && errno == EINTR);
  return result;
}

// Runs `body` on the JavaScript thread and turns a SystemError into a JavaScript exception.
template <typename Body>
Napi::Value Guarded(Napi::Env env, Body body) {
  try {
    return body();
  } catch (const SystemError& error) {
    throw error.ToJs(env);
  }
}

}  // namespace torpor
