import type { DriverReport } from '../../contract/requests.ts';
import type { Availability, Driver } from '../../core/driver.ts';
import { toProblem } from '../../core/errors.ts';
import type { Drivers } from '../context.ts';

/** What each driver says of this computer. One that fails to say is reported with that failure. */
export function checkHost(drivers: Drivers): Promise<DriverReport[]> {
  return Promise.all([...drivers.values()].map(check));
}

async function check(driver: Driver): Promise<DriverReport> {
  const found = await availabilityOf(driver);
  return {
    driver: driver.id,
    displayName: driver.displayName,
    available: found.available,
    version: found.available ? found.version : null,
    problem: found.available ? null : found.problem,
    facts: found.facts,
  };
}

async function availabilityOf(driver: Driver): Promise<Availability> {
  try {
    return await driver.availability();
  } catch (error) {
    return { available: false, problem: toProblem(error), facts: [] };
  }
}
