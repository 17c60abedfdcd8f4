// Kernel locks on files. POSIX record locks: of all kinds they alone tell who holds them, and they
// die with their process however that dies. Their price: closing any descriptor of the file in the
// holding process drops the lock, so this process must never open a file that it has locked. The
// registry in lock.cc is what keeps this addon from doing so.
#pragma once

#include <napi.h>

#include <string>

namespace torpor {

// lock(path) -> {acquired: true, id} | {acquired: false, pid: number | undefined}
Napi::Value Lock(const Napi::CallbackInfo& info);

// unlock(id): closes and so releases; nothing happens for an id already released.
Napi::Value Unlock(const Napi::CallbackInfo& info);

// lockHolder(path) -> pid | undefined
Napi::Value LockHolder(const Napi::CallbackInfo& info);

// Whether this process holds a lock on the file behind `path`; opens nothing.
bool HoldsLockOn(const std::string& path);

}  // namespace torpor
