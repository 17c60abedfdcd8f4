import packageJson from '../../package.json' with { type: 'json' };

export const torporVersion: string = packageJson.version;
