import { torpor } from './bridge.ts';

const status = document.createElement('p');
status.role = 'status';
document.getElementById('root')?.append(status);

const answer = await torpor.request('state.get', {});
status.textContent = answer.ok
  ? `Connected to Torpor ${answer.value.agent.version}`
  : answer.problem.message;
