#import "window_menu.h"

#include <string>

#import "failure.h"

using torpor::vz::Convert;

namespace {

Convert CommandEvent(std::string command) {
  return [command = std::move(command)](Napi::Env env) -> Napi::Value {
    Napi::Object event = Napi::Object::New(env);
    event.Set("kind", "windowCommand");
    event.Set("command", command);
    return event;
  };
}

}  // namespace

@implementation TPWindowMenu {
  // Weak, because the machine holds the window, and the window this.
  __weak TPMachine* _machine;
  NSPopUpButton* _button;
}

- (instancetype)initWithMachine:(TPMachine*)machine {
  self = [super initWithNibName:nil bundle:nil];
  if (self == nil) return nil;
  _machine = machine;
  _button = [[NSPopUpButton alloc] initWithFrame:NSMakeRect(0, 0, 40, 28) pullsDown:YES];
  _button.bordered = NO;
  _button.imagePosition = NSImageOnly;
  self.view = _button;
  self.layoutAttribute = NSLayoutAttributeTrailing;
  return self;
}

- (void)showItems:(NSArray<NSMenuItem*>*)items label:(NSString*)label {
  NSMenu* menu = _button.menu;
  [menu removeAllItems];
  // A pull-down shows its first item as the button itself.
  NSMenuItem* face = [[NSMenuItem alloc] initWithTitle:@"" action:nil keyEquivalent:@""];
  face.image = [NSImage imageWithSystemSymbolName:@"ellipsis.circle"
                         accessibilityDescription:label];
  [menu addItem:face];
  for (NSMenuItem* item in items) {
    item.target = item.separatorItem ? nil : self;
    [menu addItem:item];
  }
  _button.toolTip = label;
  _button.accessibilityLabel = label;
}

- (void)choose:(NSMenuItem*)item {
  [_machine send:CommandEvent(torpor::vz::ToUtf8(item.representedObject))];
}

- (void)toggleFullScreen:(NSMenuItem*)item {
  [self.view.window toggleFullScreen:item];
}

- (BOOL)validateMenuItem:(NSMenuItem*)item {
  if (item.action == @selector(toggleFullScreen:)) {
    const BOOL is_full = (self.view.window.styleMask & NSWindowStyleMaskFullScreen) != 0;
    item.state = is_full ? NSControlStateValueOn : NSControlStateValueOff;
  }
  return YES;
}

@end

namespace torpor::vz {
namespace {

NSMenuItem* MenuItemOf(TPObject* entry) {
  NSString* kind = TextAt(entry, @"kind");
  if ([kind isEqualToString:@"separator"]) return [NSMenuItem separatorItem];
  NSString* label = TextAt(entry, @"label");
  // Without keys of their own: those belong to the guest.
  if ([kind isEqualToString:@"fullScreen"]) {
    return [[NSMenuItem alloc] initWithTitle:label
                                      action:@selector(toggleFullScreen:)
                               keyEquivalent:@""];
  }
  if (![kind isEqualToString:@"command"]) RefuseMisuse("there is no such menu item");
  NSMenuItem* item = [[NSMenuItem alloc] initWithTitle:label
                                                action:@selector(choose:)
                                         keyEquivalent:@""];
  item.representedObject = TextAt(entry, @"command");
  item.state = FlagAt(entry, @"isTicked") ? NSControlStateValueOn : NSControlStateValueOff;
  return item;
}

}  // namespace

NSArray<NSMenuItem*>* MenuItemsOf(TPObject* options) {
  NSMutableArray<NSMenuItem*>* items = [NSMutableArray array];
  for (TPObject* entry in ObjectsAt(options, @"menu")) [items addObject:MenuItemOf(entry)];
  return items;
}

}  // namespace torpor::vz
