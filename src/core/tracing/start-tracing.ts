import { readEnvironment, type Settings } from '../config/settings.js';
import type { AppLogger } from '../logging/app-logger.js';
import { useTracer, type Tracer } from './tracing.js';

/**
 * To be called before the process is built. OpenTelemetry is loaded only where there is somebody to send to, so that
 * nobody else pays for it at the start.
 * @returns undefined where tracing is off
 */
export async function startTracing(
  settings: Settings,
  logger: AppLogger,
  processName: string,
): Promise<Tracer | undefined> {
  const environment = readEnvironment();
  if (!settings.OTEL_EXPORTER_OTLP_ENDPOINT || environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true')
    return undefined;
  const { OpenTelemetry } = await import('./open-telemetry.js');
  const url = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? `${settings.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`;
  const tracer = new OpenTelemetry({ url, serviceName: `broadsheet-${processName}`, logger });
  useTracer(tracer);
  return tracer;
}
