// As Task, for work that takes seconds: it reports how far it is and can be cancelled between two
// steps. JavaScript gets `{promise, cancel}`; a cancelled promise rejects with code ECANCELED.
#pragma once

#include <napi.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "errors.h"

namespace torpor {

struct Amount {
  int64_t done;
  int64_t total;
};

// What the work sees of its task.
class Monitor {
 public:
  using Send = std::function<void(const Amount&)>;

  Monitor(Send send, const std::atomic<bool>& cancelled, std::string path)
      : send_(std::move(send)), cancelled_(cancelled), path_(std::move(path)) {}

  void Report(int64_t done, int64_t total) const { send_({done, total}); }

  void ThrowIfCancelled() const {
    if (cancelled_) throw SystemError(ECANCELED, "cancel", path_);
  }

 private:
  Send send_;
  const std::atomic<bool>& cancelled_;
  std::string path_;
};

class LongTask : public Napi::AsyncProgressWorker<Amount> {
 public:
  // Returns the text that the promise resolves with.
  using Work = std::function<std::string(const Monitor&)>;

  // `on_progress` is called on the JavaScript thread with (done, total), the latest amount only.
  static Napi::Value Run(Napi::Env env, std::string path, Napi::Function on_progress, Work work) {
    auto* task = new LongTask(env, std::move(path), std::move(work));
    task->on_progress_ = Napi::Persistent(on_progress);
    Napi::Object handle = Napi::Object::New(env);
    handle.Set("promise", task->deferred_.Promise());
    handle.Set("cancel",
               Napi::Function::New(env, [cancelled = task->cancelled_](const Napi::CallbackInfo&) {
                 *cancelled = true;
               }));
    task->Queue();
    return handle;
  }

 private:
  LongTask(Napi::Env env, std::string path, Work work)
      : Napi::AsyncProgressWorker<Amount>(env, "torpor"),
        path_(std::move(path)),
        work_(std::move(work)),
        deferred_(Napi::Promise::Deferred::New(env)),
        cancelled_(std::make_shared<std::atomic<bool>>(false)) {}

  void Execute(const ExecutionProgress& progress) override {
    const Monitor monitor([&](const Amount& amount) { progress.Send(&amount, 1); }, *cancelled_,
                          path_);
    try {
      result_ = work_(monitor);
    } catch (const SystemError& error) {
      failure_ = std::make_unique<SystemError>(error);
      SetError(error.what());
    }
  }

  void OnProgress(const Amount* amount, size_t count) override {
    if (count == 0) return;
    on_progress_.Call({Napi::Number::New(Env(), static_cast<double>(amount->done)),
                       Napi::Number::New(Env(), static_cast<double>(amount->total))});
  }

  void OnOK() override { deferred_.Resolve(Napi::String::New(Env(), result_)); }

  void OnError(const Napi::Error& error) override {
    deferred_.Reject(failure_ ? failure_->ToJs(Env()).Value() : error.Value());
  }

  std::string path_;
  Work work_;
  Napi::Promise::Deferred deferred_;
  std::shared_ptr<std::atomic<bool>> cancelled_;
  Napi::FunctionReference on_progress_;
  std::string result_;
  std::unique_ptr<SystemError> failure_;
};

}  // namespace torpor
