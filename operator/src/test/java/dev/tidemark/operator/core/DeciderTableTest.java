package dev.tidemark.operator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows from what, one row per case. */
final class DeciderTableTest {
  @ParameterizedTest(name = "{index} {0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
"""
# given                                                     | steps                    | situation     | Ready                         | Progressing             | Stalled                   | phase      | wake
#-- a new job
''                                                          | StartCheck               | UNJUDGED      | False/Checking                | True/Checking           | False/Checking            | Pending    |
check:running                                               |                          | UNJUDGED      | False/Checking                | True/Checking           | False/Checking            | Pending    | 5
check:accepted                                              | LaunchDriver RemoveCheck | DUE           | False/Starting                | True/Starting           | False/Starting            | Starting   |
check:accepted unconfirmed                                  | RemoveCheck              | RUMOUR        | False/WaitingForDriver        | True/WaitingForDriver   | False/WaitingForDriver    | Starting   |
check:InvalidFilter                                         |                          | UNJUDGED      | False/InvalidFilter           | False/InvalidFilter     | True/InvalidFilter        | Failed     |
check:TopicNotFound:retryable                               |                          | UNJUDGED      | False/TopicNotFound           | False/TopicNotFound     | True/TopicNotFound        | Failed     | 2
check:KafkaUnavailable                                      |                          | UNJUDGED      | False/KafkaUnavailable        | True/KafkaUnavailable   | False/KafkaUnavailable    | Pending    | 2
refusal:InvalidFilter:final:600                             |                          | UNJUDGED      | False/InvalidFilter           | False/InvalidFilter     | True/InvalidFilter        | Failed     |
refusal:TopicNotFound:retryable:600                         | StartCheck               | UNJUDGED      | False/TopicNotFound           | False/TopicNotFound     | True/TopicNotFound        | Failed     |
refusal:TopicNotFound:retryable:600 check:TopicNotFound:x   | RemoveCheck              | UNJUDGED      | False/TopicNotFound           | False/TopicNotFound     | True/TopicNotFound        | Failed     |
refused                                                     |                          | UNJUDGED      | False/PodRejected             | True/PodRejected        | False/PodRejected         | Pending    | 2
suspend                                                     |                          | SUSPENDED     | False/Suspended               | False/Suspended         | False/Suspended           | Suspended  |
predecessor:there accepted                                  | StopDriver               | PREDECESSOR   | False/WaitingForPredecessor   | True/WaitingForPredecessor | False/WaitingForPredecessor | Pending |
predecessor:leaving accepted                                |                          | PREDECESSOR   | False/WaitingForPredecessor   | True/WaitingForPredecessor | False/WaitingForPredecessor | Pending | 37
#-- a job that runs
accepted driver:1:pending                                   |                          | STARTING      | False/Starting                | True/Starting           | False/Starting            | Starting   | 5
accepted driver:1:unschedulable                             |                          | STARTING      | False/Unschedulable           | True/Unschedulable      | False/Unschedulable       | Starting   | 5
accepted driver:1:running                                   |                          | STARTING      | False/Starting                | True/Starting           | False/Starting            | Starting   |
accepted driver:1:running progress:1:1                      |                          | RUNNING       | True/Committing               | False/Committing        | False/Committing          | Running    | 29
accepted driver:1:running progress:1:60                     |                          | STARTING      | False/DriverSilent            | True/DriverSilent       | False/DriverSilent        | Recovering |
accepted driver:1:running waiting:1:SinkUnavailable         |                          | STARTING      | False/SinkUnavailable         | True/SinkUnavailable    | False/SinkUnavailable     | Starting   | 34
accepted driver:1:running silent:1                          |                          | STARTING      | False/DriverSilent            | True/DriverSilent       | False/DriverSilent        | Recovering |
accepted driver:1:running progress:1:1 nolease              | RestoreLease             | RUNNING       | True/Committing               | False/Committing        | False/Committing          | Running    | 29
driver:1:running progress:1:1                               |                          | RUNNING       | True/Committing               | False/Committing        | False/Committing          | Running    | 29
accepted driver:1:running driver:2:running                  | StopDriver               | CROWDED       | False/WaitingForDriver        | True/WaitingForDriver   | False/WaitingForDriver    | Recovering |
accepted driver:1:lost                                      | AbandonDriver            | LOST          | False/NodeLost                | True/NodeLost           | False/NodeLost            | Recovering | 5
accepted driver:1:lost leaving:1:NodeLost:3                 | AbandonDriver            | LOST          | False/NodeLost                | True/NodeLost           | False/NodeLost            | Recovering | 5
accepted driver:1:lost suspend                              | AbandonDriver            | LOST          | False/NodeLost                | True/NodeLost           | False/NodeLost            | Recovering | 5
accepted driver:1:lost driver:2:running                     | AbandonDriver            | LOST          | False/NodeLost                | True/NodeLost           | False/NodeLost            | Recovering | 5
accepted driver:1:evicted                                   |                          | STOPPING      | False/WaitingForDriver        | True/WaitingForDriver   | False/WaitingForDriver    | Recovering | 32
predecessor:lost accepted                                   | AbandonDriver            | LOST          | False/NodeLost                | True/NodeLost           | False/NodeLost            | Recovering | 5
#-- a driver that ended
accepted launched:1                                         | LaunchDriver             | DUE           | False/Recovering              | True/Recovering         | False/Recovering          | Recovering |
accepted launched:1 unconfirmed                             |                          | RUMOUR        | False/WaitingForDriver        | True/WaitingForDriver   | False/WaitingForDriver    | Starting   |
accepted driver:1:leaving progress:1:1                      |                          | STOPPING      | False/WaitingForDriver        | True/WaitingForDriver   | False/WaitingForDriver    | Recovering | 37
accepted ended:1:CrashLoop                                  | LaunchDriver             | DUE           | False/Recovering              | True/Recovering         | False/Recovering          | Recovering |
accepted failures:2 ended:3:CrashLoop                       |                          | BACKING_OFF   | False/BackingOff              | True/BackingOff         | False/BackingOff          | Recovering | 2
accepted failures:2 ended:3:SomethingNew                    |                          | BACKING_OFF   | False/BackingOff              | True/BackingOff         | False/BackingOff          | Recovering | 2
accepted failures:9 ended:9:CrashLoop progress:9:1          | LaunchDriver             | DUE           | False/Recovering              | True/Recovering         | False/Recovering          | Recovering |
accepted ended:1:Stopped                                    | LaunchDriver             | DUE           | False/Starting                | True/Starting           | False/Starting            | Starting   |
accepted ended:1:CheckpointLost                             |                          | HELD          | False/CheckpointLost          | False/CheckpointLost    | True/CheckpointLost       | Failed     |
accepted was:1:CheckpointLost:9999:held                     |                          | HELD          | False/CheckpointLost          | False/CheckpointLost    | True/CheckpointLost       | Failed     |
accepted was:1:CheckpointLost:9999:held nonce:x             | LaunchDriver             | DUE           | False/Recovering              | True/Recovering         | False/Recovering          | Recovering |
accepted was:1:CheckpointLost:9999:held generation:2        | LaunchDriver             | DUE           | False/Recovering              | True/Recovering         | False/Recovering          | Recovering |
accepted ended:1:SinkTableMissing:retryable                 |                          | HELD          | False/SinkTableMissing        | False/SinkTableMissing  | True/SinkTableMissing     | Failed     | 2
accepted was:1:SinkTableMissing:60:heldretry                | LaunchDriver             | DUE           | False/Recovering              | True/Recovering         | False/Recovering          | Recovering |
accepted ended:1:Superseded:by4                             | LaunchDriver             | DUE           | False/Recovering              | True/Recovering         | False/Recovering          | Recovering |
accepted ended:5:Superseded:by4                             |                          | HELD          | False/Superseded              | False/Superseded        | True/Superseded           | Failed     |
accepted was:1:CrashLoop:1:wait30                           |                          | BACKING_OFF   | False/BackingOff              | True/BackingOff         | False/BackingOff          | Recovering | 30
accepted was:1:CrashLoop:1:wait30 nonce:x                   | LaunchDriver             | DUE           | False/Recovering              | True/Recovering         | False/Recovering          | Recovering |
accepted failures:2 ended:3:CrashLoop limit:3               |                          | EXHAUSTED     | False/RestartLimitReached     | False/RestartLimitReached | True/RestartLimitReached | Failed    |
accepted ended:1:CrashLoop never                            |                          | EXHAUSTED     | False/RestartLimitReached     | False/RestartLimitReached | True/RestartLimitReached | Failed    |
accepted launched:1 never                                   | LaunchDriver             | DUE           | False/Recovering              | True/Recovering         | False/Recovering          | Recovering |
accepted driver:1:looping                                   | StopDriver               | CRASH_LOOPING | False/OutOfMemory             | True/OutOfMemory        | False/OutOfMemory         | Recovering | 5
accepted launched:1 rejection:1                             |                          | REJECTED      | False/PodRejected             | True/PodRejected        | False/PodRejected         | Recovering | 1
accepted launched:1 rejection:60                            | LaunchDriver             | DUE           | False/Recovering              | True/Recovering         | False/Recovering          | Recovering |
#-- changes of the spec
recorded:1 driver:1:running progress:1:1 def:d2             | StartCheck               | RUNNING       | True/PreviousRevisionRunning  | True/Checking           | False/Committing          | Running    | 29
recorded:1 driver:1:running progress:1:1 def:d2 check:running |                        | RUNNING       | True/PreviousRevisionRunning  | True/Checking           | False/Committing          | Running    | 5
recorded:1 driver:1:running progress:1:1 def:d2 check:accepted | PrepareDriver RemoveCheck | OUTDATED | True/PreviousRevisionRunning | True/DefinitionChanged | False/DefinitionChanged | Running |
recorded:1 driver:1:running progress:1:1 def:d2 check:InvalidFilter |                  | RUNNING       | True/PreviousRevisionRunning  | False/InvalidFilter     | True/InvalidFilter        | Running    | 29
recorded:1 launched:1 def:d2 check:InvalidFilter            | LaunchDriver             | DUE           | False/InvalidFilter           | False/InvalidFilter     | True/InvalidFilter        | Recovering |
recorded:1 launched:1 def:d2 check:running                  | LaunchDriver             | DUE           | False/Recovering              | True/Recovering         | False/Recovering          | Recovering | 5
recorded:1 driver:1:leaving leaving:1:DefinitionChanged:3 def:d2 check:accepted | RemoveCheck | STOPPING | False/WaitingForDriver      | True/WaitingForDriver   | False/WaitingForDriver    | Starting | 37
accepted driver:1:running progress:1:1 roll:r2              | PrepareDriver  | OUTDATED      | True/PreviousRevisionRunning  | True/SettingsChanged    | False/SettingsChanged     | Running    |
accepted driver:1:running progress:1:1 roll:r2 leaving:1:SettingsChanged:1 |           | OUTDATED      | True/PreviousRevisionRunning  | True/SettingsChanged    | False/SettingsChanged     | Running    | 4
accepted driver:1:running progress:1:1 roll:r2 rejection:1  |                          | ROLL_REFUSED  | True/PreviousRevisionRunning  | False/PodRejected       | True/PodRejected          | Running    | 1
accepted driver:1:running progress:1:1 nonce:x              | PrepareDriver  | OUTDATED      | True/PreviousRevisionRunning  | True/RestartRequested   | False/RestartRequested    | Running    |
accepted driver:1:running progress:1:1 generation:2         |                          | RUNNING       | True/Committing               | False/Committing        | False/Committing          | Running    | 29
accepted driver:1:running roll:r2                           | TryDriver StopDriver     | OUTDATED      | False/SettingsChanged         | True/SettingsChanged    | False/SettingsChanged     | Starting   | 5
accepted driver:1:running progress:1:1 roll:r2 successor:2:young | | OUTDATED | True/PreviousRevisionRunning | True/SettingsChanged | False/SettingsChanged | Running | 50
accepted driver:1:running progress:1:1 roll:r2 successor:2:ready | StopDriver | OUTDATED | True/PreviousRevisionRunning | True/SettingsChanged | False/SettingsChanged | Running | 5
accepted driver:1:running progress:1:1 roll:r2 successor:2:slow | StopDriver | OUTDATED | True/PreviousRevisionRunning | True/SettingsChanged | False/SettingsChanged | Running | 5
accepted driver:1:running progress:1:1 roll:r2 successor:2:stuck | StopDriver | OUTDATED | True/PreviousRevisionRunning | True/SettingsChanged | False/SettingsChanged | Running | 5
accepted driver:1:running progress:1:1 roll:r2 successor:2:ended | RemoveDriver ForgetSettings | ROLL_REFUSED | True/PreviousRevisionRunning | False/SuccessorFailed | True/SuccessorFailed | Running | 2
accepted driver:1:running progress:1:1 roll:r2 successor:2:broken | StopDriver ForgetSettings | ROLL_REFUSED | True/PreviousRevisionRunning | False/SuccessorFailed | True/SuccessorFailed | Running | 2
accepted driver:1:running progress:1:1 roll:r2 successor:2:looping | StopDriver ForgetSettings | ROLL_REFUSED | True/PreviousRevisionRunning | False/SuccessorFailed | True/SuccessorFailed | Running | 2
accepted driver:1:running progress:1:1 roll:r2 rejection:1:trial | | ROLL_REFUSED | True/PreviousRevisionRunning | False/SuccessorFailed | True/SuccessorFailed | Running | 1
accepted driver:1:running progress:1:1 attempt:2 roll:r2 rejection:9:trial | PrepareDriver | OUTDATED | True/PreviousRevisionRunning | True/SettingsChanged | False/SettingsChanged | Running |
accepted ended:1:Stopped roll:r2 rejection:1:trial | LaunchDriver | DUE | False/Starting | True/Starting | False/Starting | Starting |
accepted driver:1:running progress:1:1 roll:r2 successor:2:other | TryDriver StopDriver StopDriver ForgetSettings | OUTDATED | True/PreviousRevisionRunning | True/SettingsChanged | False/SettingsChanged | Running | 5
accepted driver:1:running progress:1:1 successor:2:other | StopDriver ForgetSettings | RUNNING | True/Committing | False/Committing | False/Committing | Running | 29
accepted ended:1:Stopped roll:r2 successor:2:ready | GiveTurn | DUE | False/Starting | True/Starting | False/Starting | Starting |
accepted ended:1:Stopped roll:r2 successor:2:young | GiveTurn | DUE | False/Starting | True/Starting | False/Starting | Starting |
accepted ended:1:Stopped roll:r2 successor:2:other | LaunchDriver StopDriver ForgetSettings | DUE | False/Starting | True/Starting | False/Starting | Starting |
accepted ended:1:Stopped roll:r2 successor:2:ready suspend | StopDriver ForgetSettings | SUSPENDED | False/Suspended | False/Suspended | False/Suspended | Suspended |
accepted ended:1:Stopped roll:r2 successor:2:ready unconfirmed | | RUMOUR | False/WaitingForDriver | True/WaitingForDriver | False/WaitingForDriver | Starting |
recorded:1:d0 recorded:2 driver:2:running progress:2:1 def:d0 | StartCheck              | RUNNING       | True/PreviousRevisionRunning  | True/Checking           | False/Committing          | Running    | 29
recorded:1 driver:1:running progress:1:1 image:image:2      | StartCheck               | RUNNING       | True/PreviousRevisionRunning  | True/Checking           | False/Committing          | Running    | 29
accepted driver:1:running progress:1:1 suspend              | StopDriver               | UNWANTED      | False/Suspended               | True/Suspended          | False/Suspended           | Running    | 5
accepted driver:1:leaving progress:1:1 suspend              |                          | STOPPING      | False/WaitingForDriver        | True/WaitingForDriver   | False/WaitingForDriver    | Running | 37
accepted ended:1:Stopped suspend                            |                          | SUSPENDED     | False/Suspended               | False/Suspended         | False/Suspended           | Suspended  |
#-- going back to a backup
accepted driver:1:running progress:1:1 restore:a            | PrepareDriver            | OUTDATED      | True/Restoring                | True/Restoring          | False/Restoring           | Running    |
accepted driver:1:running progress:1:1 restore:a successor:2:young | | OUTDATED | True/Restoring | True/Restoring | False/Restoring | Running | 50
accepted driver:1:running progress:1:1 restore:a successor:2:ready | StopDriver | UNWANTED | False/Restoring | True/Restoring | False/Restoring | Running | 5
accepted driver:1:running progress:1:1 restore:a successor:2:slow | StopDriver | UNWANTED | False/Restoring | True/Restoring | False/Restoring | Running | 5
accepted driver:1:running progress:1:1 restore:a attempt:2  | StopDriver               | UNWANTED      | False/Restoring               | True/Restoring          | False/Restoring           | Running    | 5
accepted driver:1:running restore:a                         | StopDriver               | UNWANTED      | False/Restoring               | True/Restoring          | False/Restoring           | Running    | 5
accepted driver:1:leaving leaving:1:Restoring:3 restore:a   |                          | STOPPING      | False/WaitingForDriver        | True/WaitingForDriver   | False/WaitingForDriver    | Starting | 37
accepted ended:1:Stopped restore:a                          | StartRestore PrepareDriver | RESTORING     | False/Restoring               | True/Restoring          | False/Restoring           | Recovering |
accepted ended:1:Stopped restore:a unconfirmed              |                          | RUMOUR        | False/WaitingForDriver        | True/WaitingForDriver   | False/WaitingForDriver    | Starting   |
accepted ended:1:Stopped restore:a suspend                  | StartRestore             | RESTORING     | False/Restoring               | True/Restoring          | False/Restoring           | Recovering |
accepted ended:1:Stopped restore:a restoring:a:running      |                          | RESTORING     | False/Restoring               | True/Restoring          | False/Restoring           | Recovering | 10
accepted ended:1:Stopped restore:a restoring:a:done         | LaunchDriver             | DUE           | False/Starting                | True/Starting           | False/Starting            | Starting   |
accepted ended:1:Stopped restore:a successor:2:young restoring:a:running | | RESTORING | False/Restoring | True/Restoring | False/Restoring | Recovering | 10
accepted ended:1:Stopped restore:a successor:2:young restoring:a:done | GiveTurn | DUE | False/Starting | True/Starting | False/Starting | Starting |
accepted ended:1:Stopped restore:a restoring:a:done suspend |                          | SUSPENDED     | False/Suspended               | False/Suspended         | False/Suspended           | Suspended  |
accepted ended:1:Stopped restore:a restoring:a:damaged      | LaunchDriver             | DUE           | False/Starting                | True/Starting           | False/Starting            | Starting   |
accepted ended:1:Stopped restore:a restored:a               | LaunchDriver             | DUE           | False/Starting                | True/Starting           | False/Starting            | Starting   |
accepted ended:1:Stopped restore:b restored:a               | StartRestore PrepareDriver | RESTORING     | False/Restoring               | True/Restoring          | False/Restoring           | Recovering |
accepted ended:1:Stopped restore:a rejection:1              |                          | RESTORING     | False/PodRejected             | True/PodRejected        | False/PodRejected         | Recovering | 1
check:accepted restore:a                                    | StartRestore RemoveCheck | RESTORING     | False/Restoring               | True/Restoring          | False/Restoring           | Recovering |
check:accepted restore:a restoring:a:damaged                | RemoveCheck              | UNRESTORED    | False/BackupDamaged           | False/BackupDamaged     | True/BackupDamaged        | Failed     |
accepted restore:b restored:a                               | StartRestore             | RESTORING     | False/Restoring               | True/Restoring          | False/Restoring           | Recovering |
accepted was:1:CheckpointLost:99:held rescue                | StartRestore PrepareDriver | RESTORING     | False/Restoring               | True/Restoring          | False/Restoring           | Recovering |
accepted was:1:CheckpointDamaged:99:held rescue             | StartRestore PrepareDriver | RESTORING     | False/Restoring               | True/Restoring          | False/Restoring           | Recovering |
accepted was:1:CheckpointLost:99:held rescue restoring:lost:done | LaunchDriver        | DUE           | False/Recovering              | True/Recovering         | False/Recovering          | Recovering |
accepted was:1:CheckpointLost:99:held rescue restoring:lost:damaged |                  | HELD          | False/CheckpointLost          | False/CheckpointLost    | True/CheckpointLost       | Failed     |
accepted was:5:CheckpointLost:99:held rescue rescued:4:well |                          | HELD          | False/CheckpointLost          | False/CheckpointLost    | True/CheckpointLost       | Failed     |
accepted was:5:CheckpointLost:99:held rescue rescued:4:badly | StartRestore PrepareDriver          | RESTORING     | False/Restoring               | True/Restoring          | False/Restoring           | Recovering |
accepted was:5:CheckpointLost:99:held rescue rescued:4:well progress:5:120 | StartRestore PrepareDriver | RESTORING     | False/Restoring               | True/Restoring          | False/Restoring           | Recovering |
accepted was:6:CheckpointLost:99:held rescue rescued:4:well | StartRestore PrepareDriver | RESTORING     | False/Restoring               | True/Restoring          | False/Restoring           | Recovering |
accepted was:4:CheckpointLost:99:held rescue rescued:4:badly |                         | HELD          | False/CheckpointLost          | False/CheckpointLost    | True/CheckpointLost       | Failed     |
accepted was:1:OffsetsExpired:99:held rescue                |                          | HELD          | False/OffsetsExpired          | False/OffsetsExpired    | True/OffsetsExpired       | Failed     |
accepted was:1:CheckpointLost:99:held rescue suspend        |                          | SUSPENDED     | False/Suspended               | False/Suspended         | False/Suspended           | Suspended  |
#-- hands off, and farewell
accepted launched:1 paused                                  |                          | DUE           | False/Recovering              | False/Paused            | False/Recovering          | Recovering |
accepted driver:1:running progress:1:1 paused suspend       |                          | UNWANTED      | False/Suspended               | False/Paused            | False/Suspended           | Running    |
accepted launched:1 deleting                                |                          | DELETING      | False/Deleting                | True/Deleting           | False/Deleting            | Deleting   |
#-- house-keeping
accepted recorded:1 recorded:2 recorded:3 recorded:4 recorded:5 ended:3:Stopped ended:4:Stopped driver:5:running progress:5:1 | RemoveDriver ForgetSettings ForgetSettings | RUNNING | True/Committing | False/Committing | False/Committing | Running | 29
""")
  void row(
      String given,
      String steps,
      String situation,
      String ready,
      String progressing,
      String stalled,
      String phase,
      Integer wake) {
    Decision decision = Decider.decide(Given.of(given));

    String done =
        decision.steps().stream()
            .map(s -> s.action().getClass().getSimpleName())
            .collect(Collectors.joining(" "));
    Instant due = Given.due(decision);
    Long in = due == null ? null : Math.round(Duration.between(Given.NOW, due).toMillis() / 1000.0);
    assertThat(
            String.join(
                " | ",
                done,
                decision.situation().name(),
                told(decision, Verdict.Type.Ready),
                told(decision, Verdict.Type.Progressing),
                told(decision, Verdict.Type.Stalled),
                decision.phase().name(),
                String.valueOf(in)))
        .isEqualTo(
            String.join(
                " | ",
                steps == null ? "" : steps,
                situation,
                ready,
                progressing,
                stalled,
                phase,
                String.valueOf(wake)));
  }

  private static String told(Decision decision, Verdict.Type type) {
    return decision.conditions().stream()
        .filter(v -> v.type() == type)
        .map(v -> v.state() + "/" + v.reason())
        .findFirst()
        .orElseThrow();
  }
}
