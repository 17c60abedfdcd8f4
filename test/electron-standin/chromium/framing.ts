/** DevTools messages on a pipe are JSON texts, each ended by a zero byte. */
export function createDeframer(onMessage: (text: string) => void): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  return (chunk) => {
    let rest = chunk;
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      pending.push(rest.subarray(0, end));
      onMessage(Buffer.concat(pending).toString('utf8'));
      pending = [];
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) pending.push(rest);
  };
}

export function frame(message: object): string {
  return `${JSON.stringify(message)}\0`;
}
