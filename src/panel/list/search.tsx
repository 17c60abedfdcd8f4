import { Icon } from '../parts/icon.tsx';
import { usePage, useWords } from '../state/context.ts';

/** With more machines than this the list can be searched. */
export const searchFrom = 8;

export function Search() {
  const { place } = usePage();
  const { text } = useWords();
  return (
    <search class="search">
      <Icon name="search" />
      <input
        type="search"
        value={place.query.value}
        placeholder={text.list.search}
        aria-label={text.list.search}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => {
          place.query.value = currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && place.query.value !== '') {
            event.stopPropagation();
            place.query.value = '';
          }
          if (event.key === 'ArrowDown') {
            event.preventDefault();
            document.querySelector<HTMLElement>('.row-button[tabindex="0"]')?.focus();
          }
        }}
      />
    </search>
  );
}
