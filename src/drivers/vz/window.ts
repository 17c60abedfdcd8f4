import { defaultWindowPolicy, type MachineConfig, type WindowPolicy } from '../../core/config.ts';
import type { WindowOptions } from './native-interface.ts';

/** How the machine's window is shown, by its policy. */
export function windowOptions({
  name,
  policy,
}: Pick<MachineConfig, 'name' | 'policy'>): WindowOptions {
  const { capturesSystemKeys, resize } = windowPolicyOf(policy);
  return { title: name, capturesSystemKeys, followsResize: resize === 'follow' };
}

export function windowPolicyOf({ window }: MachineConfig['policy']): WindowPolicy {
  return window ?? defaultWindowPolicy;
}
