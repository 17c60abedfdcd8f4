#import "completion.h"

#include <mutex>
#include <utility>

namespace torpor::vz {
namespace {

// Once Node takes its environment down no thread-safe function may be called: each is gone then.
// The framework's threads do not know, so every call goes through this gate.
std::mutex gate_mutex;
bool gate_is_open = true;

void CloseGate(void*) {
  const std::lock_guard<std::mutex> lock(gate_mutex);
  gate_is_open = false;
}

// Clean-up hooks run last in, first out, and each thread-safe function adds one of its own: the
// gate's must be the last.
void KeepGateLast(Napi::Env env) {
  napi_remove_env_cleanup_hook(env, CloseGate, nullptr);
  napi_add_env_cleanup_hook(env, CloseGate, nullptr);
}

template <typename Call>
void ThroughGate(Call call) {
  const std::lock_guard<std::mutex> lock(gate_mutex);
  if (gate_is_open) call();
}

Napi::ThreadSafeFunction CreateFunction(Napi::Env env, Napi::Function function) {
  Napi::ThreadSafeFunction created =
      Napi::ThreadSafeFunction::New(env, function, "torpor_vz", /* unlimited */ 0, /* threads */ 1);
  KeepGateLast(env);
  return created;
}

}  // namespace

Completion::Completion(Napi::Env env, Napi::ThreadSafeFunction function)
    : deferred_(Napi::Promise::Deferred::New(env)), function_(function) {}

std::shared_ptr<Completion> Completion::Create(Napi::Env env) {
  Napi::Function nothing = Napi::Function::New(env, [](const Napi::CallbackInfo&) {});
  auto completion = std::make_shared<Completion>(env, CreateFunction(env, nothing));
  completion->self_ = completion;
  return completion;
}

void Completion::Resolve() {
  Settle([](Napi::Env env, const Napi::Promise::Deferred& deferred) {
    deferred.Resolve(env.Undefined());
  });
}

void Completion::Resolve(Convert convert) {
  Settle([convert = std::move(convert)](Napi::Env env, const Napi::Promise::Deferred& deferred) {
    deferred.Resolve(convert(env));
  });
}

void Completion::Reject(Failure failure) {
  Settle([failure = std::move(failure)](Napi::Env env, const Napi::Promise::Deferred& deferred) {
    deferred.Reject(ErrorOf(env, failure).Value());
  });
}

void (^Completion::Handler())(NSError*) {
  std::shared_ptr<Completion> self = self_.lock();
  return ^(NSError* error) {
    @autoreleasepool {
      if (error == nil) {
        self->Resolve();
      } else {
        self->Reject(FailureOf(error));
      }
    }
  };
}

void Completion::Settle(std::function<void(Napi::Env, const Napi::Promise::Deferred&)> settle) {
  if (settled_.exchange(true)) return;
  ThroughGate([&] {
    const auto deferred = deferred_;
    function_.NonBlockingCall([deferred, settle = std::move(settle)](
                                  Napi::Env env, Napi::Function) { settle(env, deferred); });
    function_.Release();
  });
}

std::shared_ptr<Channel> Channel::Create(Napi::Env env, Napi::Function listener) {
  auto channel = std::make_shared<Channel>(CreateFunction(env, listener));
  channel->function_.Unref(env);
  return channel;
}

void Channel::Send(Convert convert) {
  ThroughGate([&] {
    if (closed_) return;
    function_.NonBlockingCall(
        [convert = std::move(convert)](Napi::Env env, Napi::Function listener) {
          listener.Call({convert(env)});
        });
  });
}

void Channel::Close() {
  ThroughGate([&] {
    if (!closed_.exchange(true)) function_.Release();
  });
}

}  // namespace torpor::vz
