/** The values of options, as a machine's configuration has them. */
export const displays = ['none', 'vnc', 'window'] as const;
export const modes = ['instant', 'streamed'] as const;
export const onQuit = ['suspend', 'stop', 'keepRunning', 'ask'] as const;
export const onLaunch = ['resume', 'leaveSuspended', 'ask'] as const;
export const onOff = ['on', 'off'] as const;
export const drivers = ['qemu', 'vz'] as const;
export const architectures = ['x86_64', 'aarch64'] as const;

export const help = {
  mode: 'how memory is saved: in a file from the start, or written when suspending',
  onQuit: 'what happens to it when the agent ends',
  onLaunch: 'what happens to it when the agent starts',
  encryptStates: 'whether saved states are encrypted, with a key in the system’s keychain',
} as const;
