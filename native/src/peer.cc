#include "peer.h"

#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>

#include "arguments.h"
#include "errors.h"

namespace torpor {
namespace {

// The kernel noted it when the peer connected; nothing the peer sends can change it.
uid_t UserAtOtherEnd(int descriptor) {
  struct sockaddr_storage address = {};
  socklen_t length = sizeof(address);
  if (getpeername(descriptor, reinterpret_cast<struct sockaddr*>(&address), &length) == -1) {
    FailWithErrno("getpeername", "");
  }
  // Linux answers SO_PEERCRED with user id -1 for other families.
  if (address.ss_family != AF_UNIX) {
    throw SystemError(EAFNOSUPPORT, "getsockopt", "", "not a unix socket");
  }
#ifdef __APPLE__
  uid_t user;
  gid_t group;
  if (getpeereid(descriptor, &user, &group) == -1) FailWithErrno("getpeereid", "");
  return user;
#else
  struct ucred credentials = {};
  socklen_t size = sizeof(credentials);
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == -1) {
    FailWithErrno("getsockopt", "");
  }
  return credentials.uid;
#endif
}

}  // namespace

Napi::Value PeerUserId(const Napi::CallbackInfo& info) {
  const int descriptor = DescriptorArgument(info, 0, "fd");
  return Guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::Number::New(info.Env(), UserAtOtherEnd(descriptor));
  });
}

}  // namespace torpor
