import type { MachineConfig } from '../../contract/app-state.ts';
import type { Changes } from '../../contract/requests.ts';
import type { Text } from '../text/text.ts';

/** What is typed, as it is typed. */
export interface SettingsForm {
  readonly name: string;
  readonly memory: string;
  readonly cpus: string;
  readonly display: MachineConfig['hardware']['display'];
  readonly iso: string | null;
  readonly onQuit: MachineConfig['policy']['onQuit'];
  readonly onLaunch: MachineConfig['policy']['onLaunch'];
  readonly stateMode: MachineConfig['policy']['stateMode'];
  readonly encryptStates: boolean;
  readonly deadline: string;
  /** Empty for all of the memory. */
  readonly memoryTarget: string;
  readonly onClose: WindowPolicy['onClose'];
  readonly resize: WindowPolicy['resize'];
  readonly capturesSystemKeys: boolean;
}

type WindowPolicy = NonNullable<MachineConfig['policy']['window']>;

export type SettingsErrors = Partial<
  Record<'name' | 'memory' | 'cpus' | 'deadline' | 'memoryTarget', string>
>;

export function formOf({ name, hardware, policy }: MachineConfig): SettingsForm {
  return {
    name,
    memory: String(hardware.memoryMiB),
    cpus: String(hardware.cpus),
    display: hardware.display,
    iso: hardware.iso,
    onQuit: policy.onQuit,
    onLaunch: policy.onLaunch,
    stateMode: policy.stateMode,
    encryptStates: policy.encryptStates === true,
    deadline: String(policy.stopDeadlineSeconds),
    memoryTarget: String(policy.memoryTargetMiB ?? ''),
    // As the agent takes it where nothing was chosen.
    ...{ onClose: 'ask', resize: 'fixed', capturesSystemKeys: false },
    ...policy.window,
  };
}

/** What is wrong with each field. `others` are the names of the other machines. */
export function errorsOf(
  form: SettingsForm,
  others: readonly string[],
  words: Text['machineSettings']['invalid'],
): SettingsErrors {
  const name = form.name.trim();
  return {
    ...(name === '' || name.length > 200 ? { name: words.name } : {}),
    ...(others.includes(name) ? { name: words.nameTaken } : {}),
    ...(isWhole(form.memory, 16, 1_048_576) ? {} : { memory: words.memory }),
    ...(isWhole(form.cpus, 1, 64) ? {} : { cpus: words.cpus }),
    ...(isWhole(form.deadline, 1, 3600) ? {} : { deadline: words.deadline }),
    ...(isTarget(form) ? {} : { memoryTarget: words.memoryTarget }),
  };
}

function isTarget({ memoryTarget, memory }: SettingsForm): boolean {
  return memoryTarget.trim() === '' || isWhole(memoryTarget, 16, Number(memory));
}

/** Whether `text` is a whole number from `least` to `most`, written in digits. */
export function isWhole(text: string, least: number, most: number): boolean {
  const value = Number(text);
  return /^\d{1,9}$/.test(text.trim()) && value >= least && value <= most;
}

/** What of the form differs from the configuration, the name aside; undefined when nothing does. */
export function changesOf(form: SettingsForm, config: MachineConfig): Changes | undefined {
  const before = formOf(config);
  const target = form.memoryTarget.trim();
  const window = {
    ...(form.onClose === before.onClose ? {} : { onClose: form.onClose }),
    ...(form.resize === before.resize ? {} : { resize: form.resize }),
    ...(form.capturesSystemKeys === before.capturesSystemKeys
      ? {}
      : { capturesSystemKeys: form.capturesSystemKeys }),
  };
  const policy = {
    ...(target === before.memoryTarget
      ? {}
      : { memoryTargetMiB: target === '' ? null : Number(target) }),
    ...(Object.keys(window).length === 0 ? {} : { window }),
    ...(form.onQuit === before.onQuit ? {} : { onQuit: form.onQuit }),
    ...(form.onLaunch === before.onLaunch ? {} : { onLaunch: form.onLaunch }),
    ...(form.stateMode === before.stateMode ? {} : { stateMode: form.stateMode }),
    ...(form.encryptStates === before.encryptStates ? {} : { encryptStates: form.encryptStates }),
    ...(form.deadline === before.deadline ? {} : { stopDeadlineSeconds: Number(form.deadline) }),
  };
  const changes: Changes = {
    ...(form.memory === before.memory ? {} : { memoryMiB: Number(form.memory) }),
    ...(form.cpus === before.cpus ? {} : { cpus: Number(form.cpus) }),
    ...(form.display === before.display ? {} : { display: form.display }),
    ...(form.iso === before.iso ? {} : { iso: form.iso }),
    ...(Object.keys(policy).length === 0 ? {} : { policy }),
  };
  return Object.keys(changes).length === 0 ? undefined : changes;
}
