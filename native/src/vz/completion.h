// The two ways from the framework's threads to JavaScript, both by thread-safe functions: a promise
// that is settled once, and a channel of events. Blocks hold them by shared_ptr, and nothing else
// of JavaScript's: the destructor of a Napi::Reference would run on the wrong thread.
#pragma once

#import <Foundation/Foundation.h>
#include <napi.h>

#include <atomic>
#include <functional>
#include <memory>

#import "failure.h"

namespace torpor::vz {

using Convert = std::function<Napi::Value(Napi::Env)>;

class Completion {
 public:
  // On the JavaScript thread.
  static std::shared_ptr<Completion> Create(Napi::Env env);
  Napi::Promise Promise() const { return deferred_.Promise(); }

  // On any thread. The first of these counts, the rest do nothing.
  void Resolve();
  void Resolve(Convert convert);
  void Reject(Failure failure);

  // What most of the framework's calls want.
  void (^_Nonnull Handler())(NSError* _Nullable error);

  Completion(Napi::Env env, Napi::ThreadSafeFunction function);

 private:
  void Settle(std::function<void(Napi::Env, const Napi::Promise::Deferred&)> settle);

  Napi::Promise::Deferred deferred_;
  Napi::ThreadSafeFunction function_;
  std::atomic<bool> settled_{false};
  std::weak_ptr<Completion> self_;
};

class Channel {
 public:
  // On the JavaScript thread. Keeps no process alive.
  static std::shared_ptr<Channel> Create(Napi::Env env, Napi::Function listener);

  // On any thread; nothing happens after Close.
  void Send(Convert convert);
  void Close();

  explicit Channel(Napi::ThreadSafeFunction function) : function_(function) {}

 private:
  Napi::ThreadSafeFunction function_;
  std::atomic<bool> closed_{false};
};

}  // namespace torpor::vz
