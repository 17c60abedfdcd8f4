#import "installer.h"

#include <memory>
#include <utility>

#import "failure.h"
#import "machine.h"

using torpor::vz::Channel;
using torpor::vz::Completion;

@interface TPInstallation ()
@property(atomic, nullable) NSProgress* progress;
@end

@implementation TPInstallation {
  std::shared_ptr<Channel> _channel;
  // The machine's queue, which cancelling must happen on too.
  dispatch_queue_t _queue;
#if defined(__arm64__)
  VZMacOSInstaller* _installer;
#endif
}

static void* const kProgressContext = const_cast<void**>(&kProgressContext);

- (instancetype)initWithChannel:(std::shared_ptr<Channel>)channel {
  self = [super init];
  if (self != nil) _channel = std::move(channel);
  return self;
}

#if defined(__arm64__)
- (void)installInto:(VZVirtualMachine*)machine
                url:(NSURL*)url
              queue:(dispatch_queue_t)queue
         completion:(std::shared_ptr<Completion>)completion {
  _queue = queue;
  _installer = [[VZMacOSInstaller alloc] initWithVirtualMachine:machine restoreImageURL:url];
  void (^handler)(NSError*) = completion->Handler();
  [_installer installWithCompletionHandler:^(NSError* error) {
    [self forget];
    handler(error);
  }];
  // Only now: what is cancelled before it was begun raises.
  self.progress = _installer.progress;
  [self.progress addObserver:self
                  forKeyPath:@"fractionCompleted"
                     options:NSKeyValueObservingOptionInitial | NSKeyValueObservingOptionNew
                     context:kProgressContext];
}
#endif

- (void)forget {
  NSProgress* progress = self.progress;
  if (progress != nil) {
    self.progress = nil;
    [progress removeObserver:self forKeyPath:@"fractionCompleted" context:kProgressContext];
  }
  _channel->Close();
#if defined(__arm64__)
  _installer = nil;
#endif
}

- (BOOL)cancel {
  NSProgress* progress = self.progress;
  if (progress == nil || !progress.cancellable) return NO;
  dispatch_async(_queue, ^{
    @autoreleasepool {
      // It may have ended meanwhile.
      if (self.progress != nil) [progress cancel];
    }
  });
  return YES;
}

// On any thread.
- (void)observeValueForKeyPath:(NSString*)keyPath
                      ofObject:(id)object
                        change:(NSDictionary<NSKeyValueChangeKey, id>*)change
                       context:(void*)context {
  if (context != kProgressContext) {
    [super observeValueForKeyPath:keyPath ofObject:object change:change context:context];
    return;
  }
  const double fraction = [change[NSKeyValueChangeNewKey] doubleValue];
  _channel->Send(
      [fraction](Napi::Env env) -> Napi::Value { return Napi::Number::New(env, fraction); });
}

@end

namespace torpor::vz {

Napi::Value Install(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
#if defined(__arm64__)
    TPMachine* machine = MachineArgument(info, 0);
    NSURL* url = [NSURL fileURLWithPath:TextArgument(info, 1, "image")];
    if (!info[2].IsFunction()) RefuseMisuse("onProgress must be a function");
    if (machine.installation != nil) RefuseMisuse("a machine can be installed once");
    TPInstallation* installation = [[TPInstallation alloc]
        initWithChannel:Channel::Create(info.Env(), info[2].As<Napi::Function>())];
    machine.installation = installation;
    return Performed(info, ^(VZVirtualMachine* framework, std::shared_ptr<Completion> completion) {
      [installation installInto:framework url:url queue:machine.queue completion:completion];
    });
#else
    RefuseMisuse("macOS guests need a Mac with Apple silicon");
#endif
  });
}

Napi::Value CancelInstall(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::Boolean::New(info.Env(), [MachineArgument(info, 0).installation cancel]);
  });
}

}  // namespace torpor::vz
