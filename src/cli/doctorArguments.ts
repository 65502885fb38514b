import { parse, readEndpoint, readKey } from './readOptions';
import { UsageError } from './usageError';

export interface DoctorArguments {
  readonly command: 'doctor';
  /** A base URL, or `demo`. */
  readonly endpoint: string;
  readonly model: string | undefined;
  readonly apiKey: string | undefined;
  readonly json: boolean;
}

const options = {
  endpoint: { type: 'string' },
  model: { type: 'string' },
  'api-key-env': { type: 'string' },
  json: { type: 'boolean' },
} as const;

/**
 * @param argv what follows `doctor`
 * @throws {UsageError}
 */
export function readDoctor(argv: readonly string[], environment: NodeJS.ProcessEnv): DoctorArguments {
  const {
    values,
    positionals: [surplus],
  } = parse(argv, options, 'doctor');
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is too much for doctor.`);
  return {
    command: 'doctor',
    endpoint: readEndpoint(values.endpoint, environment),
    model: values.model,
    apiKey: readKey(values['api-key-env'], environment),
    json: values.json === true,
  };
}
