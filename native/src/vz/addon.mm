// The export table, and nothing else: src/drivers/vz/native-interface.ts declares the same names.
#include <napi.h>
#include <pthread.h>

#import "bookmarks.h"
#import "host.h"
#import "installer.h"
#import "machine.h"
#import "operations.h"
#import "restore_image.h"
#import "window.h"

namespace {

void Export(Napi::Object exports, const char* name,
            Napi::Value (*function)(const Napi::CallbackInfo&)) {
  exports.Set(name, Napi::Function::New(exports.Env(), function, name));
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  // Windows and the registry of machines belong to one thread.
  if (pthread_main_np() == 0) {
    throw Napi::Error::New(env, "torpor_vz is for the main thread, not for workers");
  }
  Export(exports, "hostFacts", torpor::vz::HostFacts);
  Export(exports, "createBookmark", torpor::vz::CreateBookmark);
  Export(exports, "openBookmark", torpor::vz::OpenBookmark);
  Export(exports, "closeBookmark", torpor::vz::CloseBookmark);
  Export(exports, "createMacIdentifier", torpor::vz::CreateMacIdentifier);
  Export(exports, "createGenericIdentifier", torpor::vz::CreateGenericIdentifier);
  Export(exports, "createMacAddress", torpor::vz::CreateMacAddress);
  Export(exports, "createEfiVariables", torpor::vz::CreateEfiVariables);
  Export(exports, "createAuxiliaryStorage", torpor::vz::CreateAuxiliaryStorage);
  Export(exports, "loadRestoreImage", torpor::vz::LoadRestoreImage);
  Export(exports, "latestRestoreImage", torpor::vz::LatestRestoreImage);
  Export(exports, "validate", torpor::vz::Validate);
  Export(exports, "validateSaveRestore", torpor::vz::ValidateSaveRestore);
  Export(exports, "open", torpor::vz::Open);
  Export(exports, "start", torpor::vz::Start);
  Export(exports, "pause", torpor::vz::Pause);
  Export(exports, "resume", torpor::vz::Resume);
  Export(exports, "requestStop", torpor::vz::RequestStop);
  Export(exports, "stop", torpor::vz::Stop);
  Export(exports, "save", torpor::vz::Save);
  Export(exports, "restore", torpor::vz::Restore);
  Export(exports, "install", torpor::vz::Install);
  Export(exports, "cancelInstall", torpor::vz::CancelInstall);
  Export(exports, "writeConsole", torpor::vz::WriteConsole);
  Export(exports, "reconnectNetwork", torpor::vz::ReconnectNetwork);
  Export(exports, "setMemoryTarget", torpor::vz::SetMemoryTarget);
  Export(exports, "setDisplaySize", torpor::vz::SetDisplaySize);
  Export(exports, "openWindow", torpor::vz::OpenWindow);
  Export(exports, "configureWindow", torpor::vz::ConfigureWindow);
  Export(exports, "closeWindow", torpor::vz::CloseWindow);
  Export(exports, "screenshot", torpor::vz::Screenshot);
  Export(exports, "release", torpor::vz::Release);
  return exports;
}

}  // namespace

NODE_API_MODULE(torpor_vz, Init)
