import { useEffect, useRef } from 'preact/hooks';
import type { MachineView } from '../../contract/app-state.ts';
import { usePage } from '../state/context.ts';
import { keyOf } from '../state/store.ts';
import { Icon } from './icon.tsx';

interface ThumbnailProps {
  readonly machine: MachineView;
  /** Empty where the words beside it say enough. */
  readonly alt: string;
  readonly large?: boolean;
}

/** The last picture of a machine, asked for while it is in sight; a neutral screen until there is one. */
export function Thumbnail({ machine, alt, large = false }: ThumbnailProps) {
  const { frames } = usePage();
  const key = keyOf(machine);
  const element = useRef<HTMLDivElement>(null);
  const source = frames.of(key).value;
  useEffect(() => {
    if (element.current === null) return;
    let unwatch: (() => void) | undefined;
    const observer = new IntersectionObserver((entries) => {
      const inSight = entries.some(({ isIntersecting }) => isIntersecting);
      unwatch?.();
      unwatch = inSight ? frames.watch(key) : undefined;
    });
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      unwatch?.();
    };
  }, [key, frames]);
  return (
    <div ref={element} class={large ? 'thumbnail large' : 'thumbnail'} data-status={machine.status}>
      {source === null ? (
        <Icon name="screen" size={large ? 40 : 20} />
      ) : (
        <img src={source} alt={alt} draggable={false} />
      )}
    </div>
  );
}
