import { steps } from '../checks/check.ts';
import { allText, type FrameworkError, flatten, vzDomain } from './framework-error.ts';
import { explainInstall } from './install-errors.ts';
import { certain, type ExplainContext, type Explanation, type Meaning } from './meaning.ts';

const names: Readonly<Record<number, string>> = {
  1: 'internalError',
  2: 'invalidVirtualMachineConfiguration',
  3: 'invalidVirtualMachineState',
  4: 'invalidVirtualMachineStateTransition',
  5: 'invalidDiskImage',
  6: 'virtualMachineLimitExceeded',
  7: 'networkError',
  8: 'outOfDiskSpace',
  9: 'operationCancelled',
  10: 'notSupported',
  11: 'save',
  12: 'restore',
  10001: 'restoreImageCatalogLoadFailed',
  10002: 'invalidRestoreImageCatalog',
  10003: 'noSupportedRestoreImagesInCatalog',
  10004: 'restoreImageLoadFailed',
  10005: 'invalidRestoreImage',
  10006: 'installationRequiresUpdate',
  10007: 'installationFailed',
};

/**
 * What an error of Apple's framework most likely means on this host, and what to do. Pure. Unknown
 * errors are said to be unknown.
 */
export function explain(error: FrameworkError, context: ExplainContext): Explanation {
  const relevant = flatten(error).find((each) => each.domain === vzDomain) ?? error;
  const name = relevant.domain === vzDomain ? names[relevant.code] : undefined;
  const label = `${relevant.domain} ${relevant.code}${name === undefined ? '' : ` (${name})`}`;
  return { error: label, ...meaningOf({ ...error, ...pick(relevant) }, context) };
}

function pick({ domain, code }: FrameworkError): { domain: string; code: number } {
  return { domain, code };
}

function meaningOf(error: FrameworkError, context: ExplainContext): Meaning {
  if (error.domain !== vzDomain) return unknownMeaning(error);
  const row = rowOf(error, context);
  if (row !== undefined) return row;
  return (
    explainInstall(error, context) ??
    explainState(error) ??
    explainMachine(error, context) ??
    unknownMeaning(error)
  );
}

/** Rows of the table that recognise an error by its text. */
function rowOf(error: FrameworkError, { table, words }: ExplainContext): Meaning | undefined {
  const said = allText(error).toLowerCase();
  const row = table.rows.find(
    ({ when }) => when.error !== undefined && said.includes(when.error.toLowerCase()),
  );
  if (row === undefined) return undefined;
  return {
    sentence: words.choose(row.effect),
    certainty: 'likely',
    because: [
      `The error’s text says “${row.when.error ?? ''}”. Known from ${row.source.join(', ')}.`,
    ],
    remedy: steps(
      ...row.remedy.map((step) => ({
        text: words.choose(step.text),
        ...(step.command === undefined ? {} : { command: step.command }),
      })),
    ),
  };
}

/** Saving and restoring a machine's state (macOS 14 and later on the host). */
function explainState(error: FrameworkError): Meaning | undefined {
  const said = allText(error).toLowerCase();
  if (error.code === 11) {
    return certain(
      'The state of the machine could not be saved.',
      'Check that there is space, then try again; the machine goes on meanwhile.',
    );
  }
  if (error.code !== 12) return undefined;
  if (said.includes('permission denied')) {
    return certain(
      'The saved state was made on another Mac, or under another user. Its key never leaves the Mac that made it.',
      'Resume it on the Mac that saved it, or set the state aside and start the machine.',
    );
  }
  return {
    ...certain(
      'The saved state does not fit any more: the machine’s configuration changed, newer software wrote it, or an update of macOS changed its format.',
      'Set the state aside and start the machine from its disk.',
    ),
    certainty: said.includes('invalid argument') ? 'certain' : 'likely',
  };
}

function explainMachine(error: FrameworkError, { host }: ExplainContext): Meaning | undefined {
  const running = host.runningGuests.known ? host.runningGuests.value : undefined;
  switch (error.code) {
    case 2:
      return {
        sentence:
          'The framework refuses the machine’s configuration. Which part is named in the error’s text, if it is.',
        certainty: 'possible',
        because: [],
        remedy: steps({
          text: 'Run “torpor explain” with the whole text of the error, or look into the machine’s settings for what was changed last.',
        }),
      };
    case 3:
    case 4:
      return {
        ...certain(
          'The machine was not in a state in which what was asked for is possible: something else happened to it in between.',
          'See what the machine does now, and try again. If it happens every time, report it with the whole text of the error.',
        ),
        certainty: 'likely',
      };
    case 5:
      return {
        ...certain(
          'A disk image of the machine cannot be used: it is damaged, or none of a kind that the framework reads.',
          'Check that the image is complete and raw; put it back from a copy if it is damaged. An installation makes a new one.',
        ),
        certainty: 'likely',
      };
    case 6:
      return {
        sentence:
          'Two macOS machines run on this Mac already, and macOS allows no third. Machines of other apps count as well.',
        certainty: 'certain',
        because:
          running === undefined
            ? []
            : [`${running} machines of Apple’s framework run at this moment.`],
        remedy: steps({ text: 'Suspend or shut down one of them and try again.' }),
      };
    case 8:
      return certain('The volume is full.', 'Free some space and try again.');
    case 9:
      return certain('Somebody cancelled it.', 'Start it again.');
    case 10:
      return certain(
        'This Mac or its macOS does not support what was asked for.',
        'Update macOS, or switch the feature off in the machine’s settings.',
      );
    default:
      return undefined;
  }
}

function unknownMeaning(error: FrameworkError): Meaning {
  return {
    sentence: `Torpor does not know what this error means (${error.domain.slice(0, 80)} ${error.code}). That is not your fault, and guessing would not help you.`,
    certainty: 'unknown',
    because: [],
    remedy: steps(
      {
        text: 'Check the Mac and the image; that finds the usual causes.',
        command: 'torpor preflight IMAGE',
      },
      { text: 'If everything is right there, report it with the whole text of the error.' },
    ),
  };
}
