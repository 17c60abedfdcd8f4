#include "errors.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace torpor {
namespace {

struct Name {
  int number;
  const char* name;
};

// The calls used here can fail with these. EOPNOTSUPP stands for ENOTSUP too: they are one number
// on Linux and two on macOS, and a caller should not have to know.
constexpr Name kNames[] = {
    {EPERM, "EPERM"},           {ENOENT, "ENOENT"},
    {EINTR, "EINTR"},           {EIO, "EIO"},
    {ENXIO, "ENXIO"},           {EBADF, "EBADF"},
    {EAGAIN, "EAGAIN"},         {ENOMEM, "ENOMEM"},
    {EACCES, "EACCES"},         {EFAULT, "EFAULT"},
    {EBUSY, "EBUSY"},           {EEXIST, "EEXIST"},
    {EXDEV, "EXDEV"},           {ENODEV, "ENODEV"},
    {ENOTDIR, "ENOTDIR"},       {EISDIR, "EISDIR"},
    {EINVAL, "EINVAL"},         {ENFILE, "ENFILE"},
    {EMFILE, "EMFILE"},         {ENOTTY, "ENOTTY"},
    {ETXTBSY, "ETXTBSY"},       {EFBIG, "EFBIG"},
    {ENOSPC, "ENOSPC"},         {ESPIPE, "ESPIPE"},
    {EROFS, "EROFS"},           {EPIPE, "EPIPE"},
    {EDEADLK, "EDEADLK"},       {ENAMETOOLONG, "ENAMETOOLONG"},
    {ENOLCK, "ENOLCK"},         {ENOSYS, "ENOSYS"},
    {ELOOP, "ELOOP"},           {EOVERFLOW, "EOVERFLOW"},
    {ENOTSOCK, "ENOTSOCK"},     {ENOPROTOOPT, "ENOPROTOOPT"},
    {EOPNOTSUPP, "EOPNOTSUPP"}, {EAFNOSUPPORT, "EAFNOSUPPORT"},
    {ENOTCONN, "ENOTCONN"},     {ETIMEDOUT, "ETIMEDOUT"},
    {EHOSTDOWN, "EHOSTDOWN"},   {ESTALE, "ESTALE"},
    {EDQUOT, "EDQUOT"},         {ECANCELED, "ECANCELED"},
#if ENOTSUP != EOPNOTSUPP
    {ENOTSUP, "EOPNOTSUPP"},
#endif
};

std::string NameOf(int number) {
  for (const Name& entry : kNames) {
    if (entry.number == number) return entry.name;
  }
  return "E" + std::to_string(number);
}

}  // namespace

SystemError::SystemError(int number, std::string call, std::string path, std::string remark)
    : number_(number), call_(std::move(call)), path_(std::move(path)) {
  message_ = NameOf(number_) + ": " + (remark.empty() ? std::strerror(number_) : remark) + ", " +
             call_ + (path_.empty() ? "" : " '" + path_ + "'");
}

Napi::Error SystemError::ToJs(Napi::Env env) const {
  Napi::Error error = Napi::Error::New(env, message_);
  error.Set("code", Napi::String::New(env, NameOf(number_)));
  // Negative, as in the errors of Node's own fs module.
  error.Set("errno", Napi::Number::New(env, -number_));
  error.Set("syscall", Napi::String::New(env, call_));
  if (!path_.empty()) error.Set("path", Napi::String::New(env, path_));
  return error;
}

void FailWithErrno(const char* call, const std::string& path) {
  throw SystemError(errno, call, path);
}

}  // namespace torpor
