/** The values of options, as a machine's configuration has them. */
export const displays = ['none', 'vnc', 'window'] as const;
export const modes = ['instant', 'streamed'] as const;
export const onQuit = ['suspend', 'stop', 'keepRunning', 'ask'] as const;
export const onLaunch = ['resume', 'leaveSuspended', 'ask'] as const;
export const onOff = ['on', 'off'] as const;
export const onClose = ['suspend', 'keepRunning', 'ask'] as const;
export const resize = ['fixed', 'follow'] as const;
export const profiles = ['full', 'suspendable'] as const;
export const audio = ['none', 'output', 'inputAndOutput'] as const;
export const drivers = ['qemu', 'vz'] as const;
export const architectures = ['x86_64', 'aarch64'] as const;

export const help = {
  mode: 'how memory is saved: in a file from the start, or written when suspending',
  onQuit: 'what happens to it when the agent ends',
  onLaunch: 'what happens to it when the agent starts',
  memoryTarget: 'what the guest is asked to keep of its memory, like 1G, or “all”',
  onClose: 'what closing its window does',
  resize: 'whether its display follows the size of its window',
  systemKeys: 'whether its window sends the system’s keys to the guest',
  encryptStates: 'whether saved states are encrypted, with a key in the system’s keychain',
} as const;
