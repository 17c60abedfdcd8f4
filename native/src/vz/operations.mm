#import "operations.h"

#include <string>

#import "description.h"
#import "failure.h"
#import "machine.h"

namespace torpor::vz {
namespace {

#if !defined(__arm64__)
// The headers for Intel Macs have no such methods.
void RejectAsUnsupported(const std::shared_ptr<Completion>& completion) {
  Failure failure;
  failure.domain = ToUtf8(VZErrorDomain);
  failure.code = 10;
  failure.description = "Saving and restoring needs a Mac with Apple silicon.";
  completion->Reject(failure);
}
#endif

// What is no number would be taken for 0, and a guest left without memory.
double NumberArgument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  const double number = info[index].IsNumber() ? info[index].ToNumber().DoubleValue() : 0;
  if (!(number > 0)) RefuseMisuse(std::string(name) + " must be a number above 0");
  return number;
}

VZVirtualMachineStartOptions* StartOptionsOf(TPObject* options) {
#if defined(__arm64__)
  if (FlagAt(options, @"recovery")) {
    VZMacOSVirtualMachineStartOptions* recovery = [[VZMacOSVirtualMachineStartOptions alloc] init];
    recovery.startUpFromMacOSRecovery = YES;
    return recovery;
  }
#else
  if (FlagAt(options, @"recovery")) RefuseMisuse("only macOS guests have a recovery");
#endif
  return [[VZVirtualMachineStartOptions alloc] init];
}

}  // namespace

Napi::Value Start(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    VZVirtualMachineStartOptions* options = StartOptionsOf(DescriptionArgument(info, 1));
    return Performed(info, ^(VZVirtualMachine* machine, std::shared_ptr<Completion> completion) {
      [machine startWithOptions:options completionHandler:completion->Handler()];
    });
  });
}

Napi::Value Pause(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    return Performed(info, ^(VZVirtualMachine* machine, std::shared_ptr<Completion> completion) {
      [machine pauseWithCompletionHandler:completion->Handler()];
    });
  });
}

Napi::Value Resume(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    return Performed(info, ^(VZVirtualMachine* machine, std::shared_ptr<Completion> completion) {
      [machine resumeWithCompletionHandler:completion->Handler()];
    });
  });
}

Napi::Value RequestStop(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    return Performed(info, ^(VZVirtualMachine* machine, std::shared_ptr<Completion> completion) {
      NSError* error = nil;
      if ([machine requestStopWithError:&error]) {
        completion->Resolve();
      } else {
        completion->Reject(FailureOf(error));
      }
    });
  });
}

Napi::Value Stop(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    return Performed(info, ^(VZVirtualMachine* machine, std::shared_ptr<Completion> completion) {
      [machine stopWithCompletionHandler:completion->Handler()];
    });
  });
}

Napi::Value Save(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    NSURL* url = [NSURL fileURLWithPath:TextArgument(info, 1, "path")];
    return Performed(info, ^(VZVirtualMachine* machine, std::shared_ptr<Completion> completion) {
#if defined(__arm64__)
      [machine saveMachineStateToURL:url completionHandler:completion->Handler()];
#else
      static_cast<void>(machine);
      static_cast<void>(url);
      RejectAsUnsupported(completion);
#endif
    });
  });
}

Napi::Value Restore(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    NSURL* url = [NSURL fileURLWithPath:TextArgument(info, 1, "path")];
    return Performed(info, ^(VZVirtualMachine* machine, std::shared_ptr<Completion> completion) {
#if defined(__arm64__)
      [machine restoreMachineStateFromURL:url completionHandler:completion->Handler()];
#else
      static_cast<void>(machine);
      static_cast<void>(url);
      RejectAsUnsupported(completion);
#endif
    });
  });
}

Napi::Value WriteConsole(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    TPMachine* machine = MachineArgument(info, 0);
    if (!info[1].IsTypedArray()) RefuseMisuse("bytes must be a Uint8Array");
    const auto bytes = info[1].As<Napi::Uint8Array>();
    [machine writeConsole:[NSData dataWithBytes:bytes.Data() length:bytes.ByteLength()]];
    return info.Env().Undefined();
  });
}

Napi::Value ReconnectNetwork(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    return Performed(info, ^(VZVirtualMachine* machine, std::shared_ptr<Completion> completion) {
      for (VZNetworkDevice* device in machine.networkDevices) {
        if (device.attachment == nil) {
          device.attachment = [[VZNATNetworkDeviceAttachment alloc] init];
        }
      }
      completion->Resolve();
    });
  });
}

Napi::Value SetMemoryTarget(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    const auto bytes = static_cast<uint64_t>(NumberArgument(info, 1, "bytes"));
    return Performed(info, ^(VZVirtualMachine* machine, std::shared_ptr<Completion> completion) {
      VZMemoryBalloonDevice* device = machine.memoryBalloonDevices.firstObject;
      if (![device isKindOfClass:VZVirtioTraditionalMemoryBalloonDevice.class]) {
        completion->Reject(Misuse("the machine has no balloon"));
        return;
      }
      static_cast<VZVirtioTraditionalMemoryBalloonDevice*>(device).targetVirtualMachineMemorySize =
          bytes;
      completion->Resolve();
    });
  });
}

Napi::Value SetDisplaySize(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    const CGSize size =
        CGSizeMake(NumberArgument(info, 1, "width"), NumberArgument(info, 2, "height"));
    return Performed(info, ^(VZVirtualMachine* machine, std::shared_ptr<Completion> completion) {
      VZGraphicsDisplay* display = machine.graphicsDevices.firstObject.displays.firstObject;
      NSError* error = nil;
      if (display == nil) {
        completion->Reject(Misuse("the machine has no display"));
      } else if ([display reconfigureWithSizeInPixels:size error:&error]) {
        completion->Resolve();
      } else {
        completion->Reject(FailureOf(error));
      }
    });
  });
}

}  // namespace torpor::vz
