#import "machine.h"

#include <cmath>
#include <map>
#include <string>
#include <utility>

#import "description.h"
#import "failure.h"
#import "installer.h"
#import "window.h"

using torpor::vz::Channel;
using torpor::vz::Completion;
using torpor::vz::Convert;
using torpor::vz::EventOf;
using torpor::vz::FailureOf;
using torpor::vz::Misuse;

namespace {

// VZVirtualMachineState, as machineStates of native-interface.ts has the names.
constexpr const char* kStates[] = {"stopped", "running",  "paused",   "error",  "starting",
                                   "pausing", "resuming", "stopping", "saving", "restoring"};

Convert StateEvent(VZVirtualMachineState state) {
  return [state](Napi::Env env) -> Napi::Value {
    const auto index = static_cast<size_t>(state);
    Napi::Object event = Napi::Object::New(env);
    event.Set("kind", "state");
    event.Set("state", index < std::size(kStates) ? kStates[index] : "error");
    return event;
  };
}

Convert DiskEvent(const char* kind, std::string disk, NSError* error) {
  const bool failed = error != nil;
  return [kind, disk = std::move(disk), failed,
          failure = failed ? FailureOf(error) : Misuse("")](Napi::Env env) -> Napi::Value {
    Napi::Object event = Napi::Object::New(env);
    event.Set("kind", kind);
    event.Set("disk", disk);
    if (failed) event.Set("failure", torpor::vz::ToJs(env, failure));
    return event;
  };
}

Convert ConsoleEvent(NSData* data) {
  // Copied twice, since neither NSData nor a vector may back a buffer in Electron's memory cage.
  std::string bytes(static_cast<const char*>(data.bytes), data.length);
  return [bytes = std::move(bytes)](Napi::Env env) -> Napi::Value {
    Napi::Object event = Napi::Object::New(env);
    event.Set("kind", "console");
    event.Set("bytes", Napi::Buffer<char>::Copy(env, bytes.data(), bytes.size()));
    return event;
  };
}

}  // namespace

// The attachment does not hold it, so the machine does. Which thread calls it is not documented.
@interface TPNetworkDiskWatch : NSObject <VZNetworkBlockDeviceStorageDeviceAttachmentDelegate>
@end

@implementation TPNetworkDiskWatch {
  std::string _disk;
  std::shared_ptr<Channel> _channel;
}

- (instancetype)initWithDisk:(NSString*)disk channel:(std::shared_ptr<Channel>)channel {
  self = [super init];
  if (self != nil) {
    _disk = torpor::vz::ToUtf8(disk);
    _channel = std::move(channel);
  }
  return self;
}

- (void)attachmentWasConnected:(VZNetworkBlockDeviceStorageDeviceAttachment*)__unused attachment {
  _channel->Send(DiskEvent("networkDiskConnected", _disk, nil));
}

- (void)attachment:(VZNetworkBlockDeviceStorageDeviceAttachment*)__unused attachment
    didEncounterError:(NSError*)error {
  _channel->Send(DiskEvent("networkDiskFailed", _disk, error));
}

@end

@interface TPMachine () <VZVirtualMachineDelegate>
@property(atomic, readwrite, nullable) VZVirtualMachine* virtualMachine;
@end

@implementation TPMachine {
  TPBlueprint* _blueprint;
  std::shared_ptr<Channel> _channel;
  dispatch_queue_t _queue;
  dispatch_queue_t _consoleQueue;
  NSMutableArray<TPNetworkDiskWatch*>* _diskWatches;
  BOOL _isObserved;
}

static void* const kStateContext = const_cast<void**>(&kStateContext);

- (instancetype)initWithBlueprint:(TPBlueprint*)blueprint
                          channel:(std::shared_ptr<Channel>)channel {
  self = [super init];
  if (self != nil) {
    _blueprint = blueprint;
    _channel = std::move(channel);
    _queue = dispatch_queue_create("torpor.machine", DISPATCH_QUEUE_SERIAL);
    _consoleQueue = dispatch_queue_create("torpor.console", DISPATCH_QUEUE_SERIAL);
    _diskWatches = [NSMutableArray array];
  }
  return self;
}

- (void)openAs:(uint32_t)handle completion:(std::shared_ptr<Completion>)completion {
  dispatch_async(_queue, ^{
    @autoreleasepool {
      @try {
        [self observeConsole];
        [self watchNetworkDisks];
        VZVirtualMachine* machine =
            [[VZVirtualMachine alloc] initWithConfiguration:self->_blueprint.configuration
                                                      queue:self->_queue];
        machine.delegate = self;
        [machine addObserver:self
                  forKeyPath:@"state"
                     options:NSKeyValueObservingOptionNew
                     context:kStateContext];
        self->_isObserved = YES;
        self.virtualMachine = machine;
        completion->Resolve([handle](Napi::Env env) { return Napi::Number::New(env, handle); });
      } @catch (NSException* exception) {
        completion->Reject(FailureOf(exception));
      }
    }
  });
}

- (void)perform:(void (^)(VZVirtualMachine*))work
     completion:(std::shared_ptr<Completion>)completion {
  dispatch_async(_queue, ^{
    @autoreleasepool {
      VZVirtualMachine* machine = self.virtualMachine;
      if (machine == nil) {
        completion->Reject(Misuse("the machine was released"));
        return;
      }
      @try {
        work(machine);
      } @catch (NSException* exception) {
        completion->Reject(FailureOf(exception));
      }
    }
  });
}

- (void)writeConsole:(NSData*)bytes {
  NSFileHandle* input = _blueprint.consoleInput;
  if (input == nil) return;
  // A guest that does not read fills the pipe, and the write waits: never on a thread that matters.
  dispatch_async(_consoleQueue, ^{
    @autoreleasepool {
      // What a guest that is gone does not get is lost, as on a serial line.
      [input writeData:bytes error:nil];
    }
  });
}

- (void)send:(Convert)event {
  _channel->Send(std::move(event));
}

- (void)letGo {
  dispatch_async(_queue, ^{
    @autoreleasepool {
      // On the queue, or it could come before the handler is set. A write that waits for a guest
      // that does not read ends when the pipe's other end goes with this object.
      self->_blueprint.consoleOutput.readabilityHandler = nil;
      VZVirtualMachine* machine = self.virtualMachine;
      if (self->_isObserved) {
        [machine removeObserver:self forKeyPath:@"state" context:kStateContext];
        self->_isObserved = NO;
      }
      machine.delegate = nil;
      for (VZNetworkBlockDeviceStorageDeviceAttachment* disk in self->_blueprint.networkDisks
               .allValues) {
        disk.delegate = nil;
      }
      [self.installation forget];
      self.installation = nil;
      // The machine's process ends with the last reference to it.
      self.virtualMachine = nil;
      self->_channel->Close();
    }
  });
}

- (void)observeConsole {
  std::shared_ptr<Channel> channel = _channel;
  _blueprint.consoleOutput.readabilityHandler = ^(NSFileHandle* output) {
    @autoreleasepool {
      NSData* data = output.availableData;
      if (data.length > 0) {
        channel->Send(ConsoleEvent(data));
      } else {
        // The end of the file, which would be told without end.
        output.readabilityHandler = nil;
      }
    }
  };
}

- (void)watchNetworkDisks {
  [_blueprint.networkDisks
      enumerateKeysAndObjectsUsingBlock:^(
          NSString* disk, VZNetworkBlockDeviceStorageDeviceAttachment* attachment, BOOL*) {
        TPNetworkDiskWatch* watch = [[TPNetworkDiskWatch alloc] initWithDisk:disk
                                                                     channel:self->_channel];
        [self->_diskWatches addObject:watch];
        attachment.delegate = watch;
      }];
}

- (void)observeValueForKeyPath:(NSString*)keyPath
                      ofObject:(id)object
                        change:(NSDictionary<NSKeyValueChangeKey, id>*)change
                       context:(void*)context {
  if (context != kStateContext) {
    [super observeValueForKeyPath:keyPath ofObject:object change:change context:context];
    return;
  }
  NSNumber* state = change[NSKeyValueChangeNewKey];
  _channel->Send(StateEvent(static_cast<VZVirtualMachineState>(state.integerValue)));
}

- (void)guestDidStopVirtualMachine:(VZVirtualMachine*)__unused machine {
  _channel->Send(EventOf("guestStopped"));
}

- (void)virtualMachine:(VZVirtualMachine*)__unused machine didStopWithError:(NSError*)error {
  _channel->Send(EventOf("stoppedWithError", FailureOf(error)));
}

- (void)virtualMachine:(VZVirtualMachine*)__unused machine
                         networkDevice:(VZNetworkDevice*)__unused device
    attachmentWasDisconnectedWithError:(NSError*)error {
  _channel->Send(EventOf("networkDisconnected", FailureOf(error)));
}

@end

namespace torpor::vz {
namespace {

// On the JavaScript thread alone.
std::map<uint32_t, TPMachine*>& Machines() {
  static std::map<uint32_t, TPMachine*> machines;
  return machines;
}

uint32_t last_handle = 0;

}  // namespace

Napi::Value Open(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    TPBlueprint* blueprint = BlueprintOf(DescriptionArgument(info, 0));
    NSError* error = nil;
    // An invalid configuration would raise, or worse, when the machine is made.
    if (![blueprint.configuration validateWithError:&error]) Refuse(error);
    if (!info[1].IsFunction()) RefuseMisuse("onEvent must be a function");
    TPMachine* machine = [[TPMachine alloc]
        initWithBlueprint:blueprint
                  channel:Channel::Create(info.Env(), info[1].As<Napi::Function>())];
    const uint32_t handle = ++last_handle;
    Machines()[handle] = machine;
    std::shared_ptr<Completion> completion = Completion::Create(info.Env());
    [machine openAs:handle completion:completion];
    return completion->Promise();
  });
}

Napi::Value Release(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    const uint32_t handle = info[0].ToNumber().Uint32Value();
    const auto found = Machines().find(handle);
    if (found == Machines().end()) return info.Env().Undefined();
    TPMachine* machine = found->second;
    Machines().erase(found);
    // The view first: it holds the machine, and with it the locks on its files.
    CloseWindowOf(machine);
    [machine letGo];
    return info.Env().Undefined();
  });
}

TPMachine* MachineArgument(const Napi::CallbackInfo& info, size_t index) {
  const auto found = Machines().find(info[index].ToNumber().Uint32Value());
  if (found == Machines().end()) RefuseMisuse("there is no such machine");
  return found->second;
}

NSString* TextArgument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (!info[index].IsString()) RefuseMisuse(std::string(name) + " must be a string");
  return ToText(info[index].As<Napi::String>().Utf8Value());
}

Napi::Value Performed(const Napi::CallbackInfo& info,
                      void (^work)(VZVirtualMachine*, std::shared_ptr<Completion>)) {
  TPMachine* machine = MachineArgument(info, 0);
  std::shared_ptr<Completion> completion = Completion::Create(info.Env());
  [machine
         perform:^(VZVirtualMachine* framework) {
           work(framework, completion);
         }
      completion:completion];
  return completion->Promise();
}

Convert EventOf(const char* kind) {
  return [kind](Napi::Env env) -> Napi::Value {
    Napi::Object event = Napi::Object::New(env);
    event.Set("kind", kind);
    return event;
  };
}

Convert EventOf(const char* kind, Failure failure) {
  return [kind, failure = std::move(failure)](Napi::Env env) -> Napi::Value {
    Napi::Object event = Napi::Object::New(env);
    event.Set("kind", kind);
    event.Set("failure", ToJs(env, failure));
    return event;
  };
}

}  // namespace torpor::vz
