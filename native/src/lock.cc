#include "lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "arguments.h"
#include "errors.h"
#include "file.h"

namespace torpor {
namespace {

using Identity = std::pair<dev_t, ino_t>;

struct Held {
  Identity identity;
  // The first one holds the lock; others were opened by accident and must stay open as long.
  std::vector<int> descriptors;
};

// One for the process, shared by all threads that load the addon: the kernel's locks are too.
struct Registry {
  std::mutex mutex;
  std::map<int64_t, Held> held;
  int64_t next_id = 1;

  Held* Find(const Identity& identity) {
    for (auto& [id, entry] : held) {
      if (entry.identity == identity) return &entry;
    }
    return nullptr;
  }
};

Registry& TheRegistry() {
  // Never destroyed: a thread may still be at work while the process ends.
  static auto* registry = new Registry();
  return *registry;
}

std::optional<struct stat> StatIfThere(const std::string& path, bool follow) {
  struct stat found;
  const int result = follow ? stat(path.c_str(), &found) : lstat(path.c_str(), &found);
  if (result == 0) return found;
  if (errno == ENOENT) return std::nullopt;
  FailWithErrno(follow ? "stat" : "lstat", path);
}

Identity IdentityOf(const struct stat& file) { return {file.st_dev, file.st_ino}; }

// What stands at `path`, refused unless it is a regular file.
std::optional<Identity> LockFileAt(const std::string& path) {
  const auto found = StatIfThere(path, false);
  if (!found) return std::nullopt;
  if (S_ISLNK(found->st_mode)) {
    throw SystemError(ELOOP, "open", path, "a lock file must not be a symbolic link");
  }
  if (!S_ISREG(found->st_mode)) {
    throw SystemError(EINVAL, "open", path, "a lock file must be a regular file");
  }
  return IdentityOf(*found);
}

struct flock WholeFile() {
  struct flock region = {};
  region.l_type = F_WRLCK;
  region.l_whence = SEEK_SET;
  return region;
}

struct Holder {
  bool held;
  // Absent when the kernel has no number for it: a process of another host or container.
  std::optional<pid_t> pid;
};

Holder AskHolder(int descriptor, const std::string& path) {
  struct flock region = WholeFile();
  if (fcntl(descriptor, F_GETLK, &region) == -1) FailWithErrno("fcntl", path);
  if (region.l_type == F_UNLCK) return {false, std::nullopt};
  if (region.l_pid <= 0) return {true, std::nullopt};
  return {true, region.l_pid};
}

struct Attempt {
  std::optional<int64_t> id;
  std::optional<pid_t> pid;
};

Attempt Acquire(const std::string& path) {
  Registry& registry = TheRegistry();
  const std::lock_guard guard(registry.mutex);
  // Goes round again only when another process changed things in between: it let the lock go, or
  // put another file at this path.
  for (;;) {
    const auto before = LockFileAt(path);
    if (before && registry.Find(*before) != nullptr) return {std::nullopt, getpid()};

    Descriptor file(Retry([&] {
      return open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
                  0600);
    }));
    if (file.value() == -1) FailWithErrno("open", path);
    const Identity identity = IdentityOf(StatOf(file.value(), path));
    if (Held* ours = registry.Find(identity)) {
      // A file of ours was moved here since we looked. Closing it would drop the lock.
      ours->descriptors.push_back(file.Release());
      return {std::nullopt, getpid()};
    }

    struct flock region = WholeFile();
    if (fcntl(file.value(), F_SETLK, &region) == -1) {
      if (errno != EAGAIN && errno != EACCES) FailWithErrno("fcntl", path);
      const Holder holder = AskHolder(file.value(), path);
      if (!holder.held) continue;
      return {std::nullopt, holder.pid};
    }

    const auto after = LockFileAt(path);
    if (!after || *after != identity) continue;
    const int64_t id = registry.next_id++;
    registry.held.emplace(id, Held{identity, {file.Release()}});
    return {id, std::nullopt};
  }
}

Napi::Value PidOrUndefined(Napi::Env env, const std::optional<pid_t>& pid) {
  return pid ? Napi::Number::New(env, *pid) : env.Undefined();
}

}  // namespace

Napi::Value Lock(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string path = PathArgument(info, 0, "path");
  return Guarded(env, [&]() -> Napi::Value {
    const Attempt attempt = Acquire(path);
    Napi::Object result = Napi::Object::New(env);
    result.Set("acquired", Napi::Boolean::New(env, attempt.id.has_value()));
    if (attempt.id) {
      result.Set("id", Napi::Number::New(env, static_cast<double>(*attempt.id)));
    } else {
      result.Set("pid", PidOrUndefined(env, attempt.pid));
    }
    return result;
  });
}

Napi::Value Unlock(const Napi::CallbackInfo& info) {
  const int64_t id = BytesArgument(info, 0, "id");
  Registry& registry = TheRegistry();
  const std::lock_guard guard(registry.mutex);
  const auto entry = registry.held.find(id);
  if (entry != registry.held.end()) {
    for (const int descriptor : entry->second.descriptors) close(descriptor);
    registry.held.erase(entry);
  }
  return info.Env().Undefined();
}

Napi::Value LockHolder(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string path = PathArgument(info, 0, "path");
  return Guarded(env, [&]() -> Napi::Value {
    Registry& registry = TheRegistry();
    const std::lock_guard guard(registry.mutex);
    const auto there = LockFileAt(path);
    if (!there) return env.Undefined();
    if (registry.Find(*there) != nullptr) return Napi::Number::New(env, getpid());
    Descriptor file(Retry([&] {
      return open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    }));
    if (file.value() == -1) {
      if (errno == ENOENT) return env.Undefined();
      FailWithErrno("open", path);
    }
    if (Held* ours = registry.Find(IdentityOf(StatOf(file.value(), path)))) {
      ours->descriptors.push_back(file.Release());
      return Napi::Number::New(env, getpid());
    }
    const Holder holder = AskHolder(file.value(), path);
    if (!holder.held) return env.Undefined();
    if (!holder.pid) {
      throw SystemError(EBUSY, "fcntl", path, "locked by a process of another host or container");
    }
    return Napi::Number::New(env, *holder.pid);
  });
}

bool HoldsLockOn(const std::string& path) {
  Registry& registry = TheRegistry();
  const std::lock_guard guard(registry.mutex);
  if (registry.held.empty()) return false;
  const auto found = StatIfThere(path, true);
  return found && registry.Find(IdentityOf(*found)) != nullptr;
}

}  // namespace torpor
