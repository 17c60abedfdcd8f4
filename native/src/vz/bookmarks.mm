#import "bookmarks.h"

#import <Foundation/Foundation.h>

#import "description.h"
#import "failure.h"
#import "machine.h"

namespace torpor::vz {
namespace {

// Access is counted by URL object: the one that began it has to end it.
NSMutableDictionary<NSNumber*, NSURL*>* OpenUrls() {
  static NSMutableDictionary<NSNumber*, NSURL*>* const urls = [NSMutableDictionary dictionary];
  return urls;
}

}  // namespace

Napi::Value CreateBookmark(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    NSURL* url = [NSURL fileURLWithPath:TextArgument(info, 0, "path")];
    NSError* error = nil;
    NSData* bookmark = [url bookmarkDataWithOptions:NSURLBookmarkCreationWithSecurityScope
                     includingResourceValuesForKeys:nil
                                      relativeToURL:nil
                                              error:&error];
    if (bookmark == nil) Refuse(error);
    return Napi::String::New(info.Env(), ToUtf8(Base64Of(bookmark)));
  });
}

Napi::Value OpenBookmark(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    NSError* error = nil;
    BOOL is_stale = NO;
    NSURL* url = [NSURL URLByResolvingBookmarkData:BytesOf(TextArgument(info, 0, "bookmark"))
                                           options:NSURLBookmarkResolutionWithSecurityScope |
                                                   NSURLBookmarkResolutionWithoutUI
                                     relativeToURL:nil
                               bookmarkDataIsStale:&is_stale
                                             error:&error];
    if (url == nil) Refuse(error);
    if (![url startAccessingSecurityScopedResource]) {
      RefuseMisuse("the system does not let the file be used any more");
    }
    static int64_t last_access = 0;
    last_access += 1;
    OpenUrls()[@(last_access)] = url;
    Napi::Object access = Napi::Object::New(info.Env());
    access.Set("access", static_cast<double>(last_access));
    access.Set("path", ToUtf8(url.path));
    access.Set("isStale", static_cast<bool>(is_stale));
    return access;
  });
}

Napi::Value CloseBookmark(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    if (info.Length() < 1 || !info[0].IsNumber()) RefuseMisuse("access must be a number");
    NSNumber* access = @(info[0].As<Napi::Number>().Int64Value());
    [OpenUrls()[access] stopAccessingSecurityScopedResource];
    [OpenUrls() removeObjectForKey:access];
    return info.Env().Undefined();
  });
}

}  // namespace torpor::vz
