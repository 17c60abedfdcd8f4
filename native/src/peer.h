// Who is at the other end of a unix socket.
#pragma once

#include <napi.h>

namespace torpor {

// peerUserId(fd) -> number
Napi::Value PeerUserId(const Napi::CallbackInfo& info);

}  // namespace torpor
