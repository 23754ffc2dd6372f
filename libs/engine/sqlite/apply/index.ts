export { ApplyTarget, type AppliedState, type ExpectedFile } from './apply-target';
