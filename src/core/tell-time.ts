import type { Session } from './driver.ts';
import { toProblem } from './errors.ts';

/**
 * Tells a guest that was away what time it is: its clock stood still. Many guests have nobody to
 * tell, which is no problem; `onError` hears of anything else. Never rejects.
 */
export async function tellTime(
  session: Session | undefined,
  onError: (error: unknown) => void,
): Promise<void> {
  const setClock = session?.setClock;
  if (setClock?.available !== true) return;
  try {
    await setClock.use();
  } catch (error) {
    if (toProblem(error).code !== 'CAPABILITY_MISSING') onError(error);
  }
}
