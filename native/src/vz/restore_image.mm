#import "restore_image.h"

#import <Virtualization/Virtualization.h>

#include <memory>
#include <string>

#import "completion.h"
#import "description.h"
#import "failure.h"
#import "machine.h"

namespace torpor::vz {
namespace {

#if defined(__arm64__)

// Plain data, taken out on the framework's thread.
struct ImageFacts {
  std::string url;
  std::string build;
  std::string version;
  bool is_supported = false;
  std::string hardware_model;
  double cpus = 0;
  double memory = 0;
};

ImageFacts FactsOf(VZMacOSRestoreImage* image) {
  ImageFacts facts;
  facts.url = ToUtf8(image.URL.absoluteString);
  facts.build = ToUtf8(image.buildVersion);
  const NSOperatingSystemVersion version = image.operatingSystemVersion;
  facts.version = std::to_string(version.majorVersion) + "." + std::to_string(version.minorVersion);
  if (version.patchVersion != 0) facts.version += "." + std::to_string(version.patchVersion);
  // Nil when this host can install nothing of it.
  VZMacOSConfigurationRequirements* requirements = image.mostFeaturefulSupportedConfiguration;
  if (requirements == nil) return facts;
  facts.is_supported = true;
  facts.hardware_model = ToUtf8(Base64Of(requirements.hardwareModel.dataRepresentation));
  facts.cpus = static_cast<double>(requirements.minimumSupportedCPUCount);
  facts.memory = static_cast<double>(requirements.minimumSupportedMemorySize);
  return facts;
}

Napi::Value ToJs(Napi::Env env, const ImageFacts& facts) {
  Napi::Object image = Napi::Object::New(env);
  image.Set("url", facts.url);
  image.Set("buildVersion", facts.build);
  image.Set("osVersion", facts.version);
  if (!facts.is_supported) {
    image.Set("requirements", env.Null());
    return image;
  }
  Napi::Object requirements = Napi::Object::New(env);
  requirements.Set("hardwareModel", facts.hardware_model);
  requirements.Set("cpus", facts.cpus);
  requirements.Set("memoryBytes", facts.memory);
  image.Set("requirements", requirements);
  return image;
}

// The framework calls it on a thread of its choosing.
void (^ImageHandler(std::shared_ptr<Completion> completion))(VZMacOSRestoreImage*, NSError*) {
  return ^(VZMacOSRestoreImage* image, NSError* error) {
    @autoreleasepool {
      if (image == nil) {
        completion->Reject(FailureOf(error));
        return;
      }
      const ImageFacts facts = FactsOf(image);
      completion->Resolve([facts](Napi::Env env) { return ToJs(env, facts); });
    }
  };
}

#endif

Napi::Value Text(Napi::Env env, NSString* text) { return Napi::String::New(env, ToUtf8(text)); }

[[maybe_unused]] [[noreturn]] void RefuseOnIntel() {
  RefuseMisuse("macOS guests need a Mac with Apple silicon");
}

}  // namespace

Napi::Value LoadRestoreImage(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
#if defined(__arm64__)
    std::shared_ptr<Completion> completion = Completion::Create(info.Env());
    [VZMacOSRestoreImage loadFileURL:[NSURL fileURLWithPath:TextArgument(info, 0, "path")]
                   completionHandler:ImageHandler(completion)];
    return completion->Promise();
#else
    RefuseOnIntel();
#endif
  });
}

Napi::Value LatestRestoreImage(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
#if defined(__arm64__)
    std::shared_ptr<Completion> completion = Completion::Create(info.Env());
    [VZMacOSRestoreImage fetchLatestSupportedWithCompletionHandler:ImageHandler(completion)];
    return completion->Promise();
#else
    RefuseOnIntel();
#endif
  });
}

Napi::Value CreateMacIdentifier(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
#if defined(__arm64__)
    VZMacMachineIdentifier* identifier = [[VZMacMachineIdentifier alloc] init];
    return Text(info.Env(), Base64Of(identifier.dataRepresentation));
#else
    RefuseOnIntel();
#endif
  });
}

Napi::Value CreateGenericIdentifier(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    VZGenericMachineIdentifier* identifier = [[VZGenericMachineIdentifier alloc] init];
    return Text(info.Env(), Base64Of(identifier.dataRepresentation));
  });
}

Napi::Value CreateMacAddress(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    return Text(info.Env(), VZMACAddress.randomLocallyAdministeredAddress.string);
  });
}

// Neither of these two is ever told to overwrite: what is there may be the only copy.
Napi::Value CreateEfiVariables(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    NSURL* url = [NSURL fileURLWithPath:TextArgument(info, 0, "path")];
    NSError* error = nil;
    VZEFIVariableStore* store = [[VZEFIVariableStore alloc] initCreatingVariableStoreAtURL:url
                                                                                   options:0
                                                                                     error:&error];
    if (store == nil) Refuse(error);
    return info.Env().Undefined();
  });
}

Napi::Value CreateAuxiliaryStorage(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
#if defined(__arm64__)
    NSURL* url = [NSURL fileURLWithPath:TextArgument(info, 0, "path")];
    VZMacHardwareModel* model = [[VZMacHardwareModel alloc]
        initWithDataRepresentation:BytesOf(TextArgument(info, 1, "hardwareModel"))];
    if (model == nil) RefuseMisuse("the hardware model cannot be read");
    NSError* error = nil;
    VZMacAuxiliaryStorage* storage =
        [[VZMacAuxiliaryStorage alloc] initCreatingStorageAtURL:url
                                                  hardwareModel:model
                                                        options:0
                                                          error:&error];
    if (storage == nil) Refuse(error);
    return info.Env().Undefined();
#else
    RefuseOnIntel();
#endif
  });
}

}  // namespace torpor::vz
