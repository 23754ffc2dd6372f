import type { Environment } from '../module/environment';
import type { Platform } from './platform';
import { PLATFORMS } from './platforms';

/** `vercel dev` and the like: the platform's variables on somebody's own machine. */
const AT_HOME: Readonly<Record<string, string>> = { VERCEL_ENV: 'development' };

/** Where this process runs; null for a machine of one's own, and for platforms that nobody has listed. Pure. */
export function detectPlatform(environment: Environment): Platform | null {
  const isSet = (variable: string) => environment(variable) !== undefined;
  const isHome = Object.entries(AT_HOME).some(([name, value]) => environment(name) === value);
  if (isHome) return null;
  return PLATFORMS.find(({ detectedBy }) => detectedBy.some(isSet)) ?? null;
}

/**
 * What tells this deployment from another one that was given the same settings; empty for the main one, and where the
 * platform tells nothing.
 */
export function deploymentOf(platform: Platform | null, environment: Environment): string {
  const source = platform?.deployment;
  const value = source && environment(source.variable)?.toLowerCase();
  if (source === undefined || value === undefined || source.main.includes(value)) return '';
  return source.label ?? value;
}

const SHUTDOWN_MS = 8_000;
/** What is left of the grace for closing HTTP and the connection. */
const SHARE_OF_GRACE = 0.8;
/** Where no notice is given, one that comes all the same is used. */
const LEAST_MS = 400;

/** How long the last drain may take where nobody says: within the time that the platform gives. */
export function shutdownTimeoutOf(platform: Platform | null): number {
  if (platform === null) return SHUTDOWN_MS;
  return Math.max(LEAST_MS, Math.min(SHUTDOWN_MS, platform.graceMs * SHARE_OF_GRACE));
}

/** The folder, of those that look local, in which `file` lies on a network; undefined if it does not. */
export function networkFolderOf(platform: Platform | null, file: string): string | undefined {
  return platform?.networkFolders?.find((folder) => file.startsWith(`${folder}/`));
}
