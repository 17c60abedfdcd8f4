import type { MachineView } from '../../contract/app-state.ts';
import { choicesFor, choiceWords, isGrave } from '../machine/menu-items.ts';
import { choose } from '../machine/operate.ts';
import { usePage, useWords } from '../state/context.ts';
import { Icon } from './icon.tsx';
import { Menu } from './menu.tsx';

interface MachineMenuProps {
  readonly machine: MachineView;
  readonly tabIndex?: number;
  /** Where its details are shown already. */
  readonly withoutDetails?: boolean;
}

/** Everything that can be done with a machine now. */
export function MachineMenu({ machine, tabIndex, withoutDetails = false }: MachineMenuProps) {
  const page = usePage();
  const { text } = useWords();
  const groups = choicesFor(machine).map((group) =>
    group
      .filter((choice) => !(withoutDetails && choice === 'details'))
      .map((choice) => ({
        key: choice,
        label: choiceWords(choice, text),
        grave: isGrave(choice),
        choose: () => void choose(page, machine, choice),
      })),
  );
  return (
    <Menu
      label={text.action.more(machine.name)}
      groups={groups}
      {...(tabIndex === undefined ? {} : { tabIndex })}
    >
      <Icon name="more" />
    </Menu>
  );
}
