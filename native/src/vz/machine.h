// One VZVirtualMachine on a serial queue of its own. Every touch of it, also to read a property, is
// on that queue: elsewhere the framework ends the process. Nothing waits for the queue, so neither
// the JavaScript thread nor the main thread can be held up by it.
#pragma once

#import <Virtualization/Virtualization.h>
#include <napi.h>

#include <memory>

#import "completion.h"
#import "configuration.h"

NS_ASSUME_NONNULL_BEGIN

@class TPInstallation;
@class TPMachineWindow;

@interface TPMachine : NSObject

- (instancetype)initWithBlueprint:(TPBlueprint*)blueprint
                          channel:(std::shared_ptr<torpor::vz::Channel>)channel;

// Makes the machine and begins to observe it. `completion` resolves with `handle`.
- (void)openAs:(uint32_t)handle completion:(std::shared_ptr<torpor::vz::Completion>)completion;

// Runs `work` on the queue. What it raises, or that the machine is released, rejects `completion`.
- (void)perform:(void (^)(VZVirtualMachine* machine))work
     completion:(std::shared_ptr<torpor::vz::Completion>)completion;

// On any thread.
- (void)writeConsole:(NSData*)bytes;
- (void)send:(torpor::vz::Convert)event;
- (void)letGo;

@property(nonatomic, readonly) dispatch_queue_t queue;

// For the view, which holds it strongly; nil before `openAs:` has resolved and after the release.
@property(atomic, readonly, nullable) VZVirtualMachine* virtualMachine;
@property(atomic, nullable) TPInstallation* installation;
// On the main thread.
@property(nonatomic, nullable) TPMachineWindow* window;

@end

namespace torpor::vz {

Napi::Value Open(const Napi::CallbackInfo& info);
Napi::Value Release(const Napi::CallbackInfo& info);

// The machine that the argument names; throws when there is none.
TPMachine* MachineArgument(const Napi::CallbackInfo& info, size_t index);
NSString* TextArgument(const Napi::CallbackInfo& info, size_t index, const char* name);

// A promise of work on the machine's queue.
Napi::Value Performed(const Napi::CallbackInfo& info,
                      void (^work)(VZVirtualMachine* machine,
                                   std::shared_ptr<Completion> completion));

// {kind: NAME}, with `failure` when there is one, and `disk`.
Convert EventOf(const char* kind);
Convert EventOf(const char* kind, Failure failure);

}  // namespace torpor::vz

NS_ASSUME_NONNULL_END
