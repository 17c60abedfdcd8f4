#import "host.h"

#import <AppKit/AppKit.h>
#import <Security/Security.h>
#import <Virtualization/Virtualization.h>
#include <sys/sysctl.h>

#include <string>

#import "configuration.h"
#import "description.h"
#import "failure.h"

namespace torpor::vz {
namespace {

std::string OsBuild() {
  char build[64] = {};
  size_t size = sizeof(build) - 1;
  return sysctlbyname("kern.osversion", build, &size, nullptr, 0) == 0 ? build : "unknown";
}

std::string OsVersion() {
  const NSOperatingSystemVersion version = NSProcessInfo.processInfo.operatingSystemVersion;
  std::string text =
      std::to_string(version.majorVersion) + "." + std::to_string(version.minorVersion);
  if (version.patchVersion != 0) text += "." + std::to_string(version.patchVersion);
  return text;
}

bool IsEntitled() {
  SecTaskRef task = SecTaskCreateFromSelf(kCFAllocatorDefault);
  if (task == nullptr) return false;
  NSNumber* value = CFBridgingRelease(
      SecTaskCopyValueForEntitlement(task, CFSTR("com.apple.security.virtualization"), nullptr));
  CFRelease(task);
  return [value isKindOfClass:NSNumber.class] && value.boolValue;
}

// The system puts it into the environment of every sandboxed process, and of no other.
bool IsSandboxed() {
  return NSProcessInfo.processInfo.environment[@"APP_SANDBOX_CONTAINER_ID"] != nil;
}

const char* Rosetta() {
#if defined(__arm64__)
  switch (VZLinuxRosettaDirectoryShare.availability) {
    case VZLinuxRosettaAvailabilityInstalled:
      return "installed";
    case VZLinuxRosettaAvailabilityNotInstalled:
      return "notInstalled";
    case VZLinuxRosettaAvailabilityNotSupported:
      return "notSupported";
  }
#endif
  return "notSupported";
}

Napi::Object Range(Napi::Env env, uint64_t least, uint64_t most) {
  Napi::Object range = Napi::Object::New(env);
  range.Set("least", static_cast<double>(least));
  range.Set("most", static_cast<double>(most));
  return range;
}

#if defined(__arm64__)
constexpr bool kIsAppleSilicon = true;
#else
constexpr bool kIsAppleSilicon = false;
#endif

// Null when there is nothing wrong. What cannot even be built is wrong in its own words.
template <typename Check>
Napi::Value FindFault(const Napi::CallbackInfo& info, Check check) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    try {
      TPBlueprint* blueprint = BlueprintOf(DescriptionArgument(info, 0));
      NSError* error = nil;
      if (check(blueprint.configuration, &error)) return info.Env().Null();
      return ToJs(info.Env(), FailureOf(error));
    } catch (const Refusal& refusal) {
      return ToJs(info.Env(), refusal.failure());
    }
  });
}

}  // namespace

Napi::Value HostFacts(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    Napi::Object facts = Napi::Object::New(env);
    const bool is_supported = VZVirtualMachine.supported;
    facts.Set("supported", is_supported);
    facts.Set("entitled", IsEntitled());
    facts.Set("sandboxed", IsSandboxed());
    facts.Set("architecture", kIsAppleSilicon ? "arm64" : "x86_64");
    facts.Set("osVersion", OsVersion());
    facts.Set("osBuild", OsBuild());
    facts.Set("canSave", kIsAppleSilicon && is_supported);
    facts.Set("canRunMacos", kIsAppleSilicon && is_supported);
    facts.Set("rosetta", Rosetta());
    facts.Set("hasWindows", static_cast<bool>(NSThread.isMainThread && NSApp.running));
    facts.Set("cpus", Range(env, VZVirtualMachineConfiguration.minimumAllowedCPUCount,
                            VZVirtualMachineConfiguration.maximumAllowedCPUCount));
    facts.Set("memoryBytes", Range(env, VZVirtualMachineConfiguration.minimumAllowedMemorySize,
                                   VZVirtualMachineConfiguration.maximumAllowedMemorySize));
    return facts;
  });
}

Napi::Value Validate(const Napi::CallbackInfo& info) {
  return FindFault(info, [](VZVirtualMachineConfiguration* configuration, NSError** error) {
    return [configuration validateWithError:error];
  });
}

Napi::Value ValidateSaveRestore(const Napi::CallbackInfo& info) {
#if defined(__arm64__)
  return FindFault(info, [](VZVirtualMachineConfiguration* configuration, NSError** error) {
    return [configuration validateSaveRestoreSupportWithError:error];
  });
#else
  return Guarded(info.Env(), [&]() -> Napi::Value {
    return ToJs(info.Env(), Misuse("Saving needs a Mac with Apple silicon."));
  });
#endif
}

}  // namespace torpor::vz
