import { renderReport } from '../../../activities/report';
import type { StudyOrigin } from '../../../workflows/words/study';
import { sampleStudy } from './sample-study';

function reportOf(origins: readonly StudyOrigin[]): string {
  const input = sampleStudy();
  return renderReport({ ...input, record: { ...input.record, origins } });
}

describe('the report of a study that did not begin from nothing', () => {
  it('says whose decisions it took over, and what had changed since', () => {
    const report = reportOf([
      { kind: 'rerun', studyId: 'digits', stageIds: ['lr-range-test', 'lr-retest'], changed: ['training.epochs'] },
    ]);
    expect(report).toMatch(
      /<strong>rerun<\/strong> of study <code>digits<\/code>, whose decisions were taken over for lr-range-test, lr-retest; since they were made, these have changed: <code>training.epochs<\/code>/,
    );
  });

  it('says that it was recovered, each time', () => {
    const report = reportOf([
      { kind: 'recovered', studyId: 'digits', stageIds: [], changed: [] },
      { kind: 'recovered', studyId: 'digits', stageIds: ['lr-range-test'], changed: [] },
    ]);
    expect(report.match(/<strong>recovered<\/strong> from the store/g)).toHaveLength(2);
    expect(report).toContain('no stage had been decided');
    expect(report).toContain('lr-range-test had been decided, and stayed so');
  });

  it('of any other has no word of it', () => {
    expect(renderReport(sampleStudy())).not.toContain('Where it began');
  });
});
