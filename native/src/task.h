// Work that may block, as a promise: `work` runs on a thread of Node's pool and may throw
// SystemError, `convert` makes its result a JavaScript value on the JavaScript thread.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <utility>

#include "errors.h"

namespace torpor {

template <typename Result>
class Task : public Napi::AsyncWorker {
 public:
  using Work = std::function<Result()>;
  using Convert = std::function<Napi::Value(Napi::Env, const Result&)>;

  static Napi::Promise Run(Napi::Env env, Work work, Convert convert) {
    // AsyncWorker deletes itself when it is done.
    auto* task = new Task(env, std::move(work), std::move(convert));
    Napi::Promise promise = task->deferred_.Promise();
    task->Queue();
    return promise;
  }

 private:
  Task(Napi::Env env, Work work, Convert convert)
      : Napi::AsyncWorker(env, "torpor"),
        work_(std::move(work)),
        convert_(std::move(convert)),
        deferred_(Napi::Promise::Deferred::New(env)) {}

  void Execute() override {
    try {
      result_ = work_();
    } catch (const SystemError& error) {
      failure_ = std::make_unique<SystemError>(error);
      SetError(error.what());
    }
  }

  void OnOK() override { deferred_.Resolve(convert_(Env(), result_)); }

  void OnError(const Napi::Error& error) override {
    deferred_.Reject(failure_ ? failure_->ToJs(Env()).Value() : error.Value());
  }

  Work work_;
  Convert convert_;
  Napi::Promise::Deferred deferred_;
  Result result_{};
  std::unique_ptr<SystemError> failure_;
};

struct Nothing {};

// A Task that resolves with undefined.
inline Napi::Promise RunTask(Napi::Env env, std::function<void()> work) {
  return Task<Nothing>::Run(
      env,
      [work = std::move(work)] {
        work();
        return Nothing{};
      },
      [](Napi::Env inner, const Nothing&) { return inner.Undefined(); });
}

}  // namespace torpor
