import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { arrowTarget } from './arrow-keys.ts';

export interface MenuItem {
  readonly key: string;
  readonly label: string;
  readonly grave?: boolean;
  readonly choose: () => void;
}

interface MenuProps {
  readonly label: string;
  readonly groups: readonly (readonly MenuItem[])[];
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly tabIndex?: number;
}

/**
 * A button and the menu that it opens: with arrow keys, Home, End and first letters, as menus of the
 * system have them. Escape, or a click elsewhere, closes it and gives focus back to the button.
 */
export function Menu({ label, groups, children, class: className = '', tabIndex }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={`icon-button ${className}`}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        tabIndex={tabIndex}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' || isOpen || tabIndex !== undefined) return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {children}
      </button>
      {isOpen && (
        <MenuList id={id} label={label} groups={groups} source={button.current} onClose={close} />
      )}
    </>
  );
}

interface MenuListProps {
  readonly id: string;
  readonly label: string;
  readonly groups: readonly (readonly MenuItem[])[];
  readonly source: HTMLElement | null;
  readonly onClose: () => void;
}

function MenuList({ id, label, groups, source, onClose }: MenuListProps) {
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const list = menu.current;
    if (list === null || source === null) return;
    list.showPopover({ source });
    itemsOf(list)[0]?.focus();
  }, [source]);

  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      onClose();
      return;
    }
    arrowTarget(event, itemsOf(event.currentTarget))?.focus();
  };

  return (
    <div
      ref={menu}
      id={id}
      class="menu"
      popover="auto"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onToggle={(event) => {
        if (event.newState === 'closed') onClose();
      }}
    >
      {groups.map((group) => (
        <fieldset class="menu-group" key={group[0]?.key}>
          {group.map(({ key, label: words, grave, choose }) => (
            <button
              key={key}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class={grave ? 'menu-item grave' : 'menu-item'}
              onClick={() => {
                onClose();
                choose();
              }}
            >
              {words}
            </button>
          ))}
        </fieldset>
      ))}
    </div>
  );
}

function itemsOf(menu: EventTarget | null): HTMLElement[] {
  if (!(menu instanceof HTMLElement)) return [];
  return [...menu.querySelectorAll<HTMLElement>('[role="menuitem"]')];
}
