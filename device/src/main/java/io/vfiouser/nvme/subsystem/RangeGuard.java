package io.vfiouser.nvme.subsystem;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gives one member at a time some blocks of a namespace for itself: no request of anybody else to these blocks is under way, and none
 * starts, until the member gives them back. Each poller that has the namespace is a member, whichever controller it belongs to.
 *
 * <p>Nobody waits inside. A member {@linkplain #enter asks}; when its turn has come all members hear that there is news and, each on
 * its own thread, hold new requests to the blocks back and {@linkplain #quiet say} when none is under way any more; then the blocks are
 * {@linkplain #granted granted}. A member that {@linkplain #away is away} has nothing under way and starts nothing, so nobody waits
 * for it.
 *
 * <p>Taking turns is first come, first served, and a member that wants blocks again goes to the end of the line. Costs those who want
 * nothing exclusively nothing: they have no reason to look here until they hear of news.
 *
 * <p>Any thread; what members are told is told under the lock, so that what they do then is to be short and must not call back.
 */
public final class RangeGuard {
    /** {@link #look}: nobody has or wants blocks for itself. */
    public static final int OPEN = 0;

    /** One poller's part in the guard of one namespace. */
    public static final class Member {
        private final Runnable news;
        private boolean present;
        private int quietSince = OPEN;
        private long wantedFirst;
        private long wantedCount;

        private Member(Runnable news) {
            this.news = news;
        }
    }

    private final Deque<Member> waiting = new ArrayDeque<>();
    private Member[] members = {};
    private @Nullable Member holder;
    private boolean granted;
    private int epoch = OPEN;
    private long first;
    private long count;

    RangeGuard() {}

    /**
     * Makes a member, which is {@linkplain #away away} at first.
     *
     * @param news called, on any thread, when {@link #look} has something new to say
     */
    public synchronized Member join(Runnable news) {
        Member member = new Member(news);
        members = Arrays.copyOf(members, members.length + 1);
        members[members.length - 1] = member;
        return member;
    }

    /** Ends a membership, and whatever the member had or wanted. */
    public synchronized void leave(Member member) {
        withdraw(member);
        members = Arrays.stream(members).filter(m -> !Objects.equals(m, member)).toArray(Member[]::new);
        tellHolderIfAllAreQuiet();
    }

    /** The member starts requests again, after a {@link #look}. */
    public synchronized void back(Member member) {
        member.present = true;
        member.quietSince = epoch;
    }

    /** The member has no request under way and will start none until it is {@link #back}. */
    public synchronized void away(Member member) {
        member.present = false;
        tellHolderIfAllAreQuiet();
    }

    /** Asks for blocks, of the back end's size, counted from the namespace's start. The member has none and wants no others. */
    public synchronized void enter(Member member, long firstBlock, long blockCount) {
        member.wantedFirst = firstBlock;
        member.wantedCount = blockCount;
        waiting.add(member);
        next();
    }

    /** Gives back what the member has, or takes back what it wants, if anything. */
    public synchronized void withdraw(Member member) {
        if (waiting.remove(member)) {
            return;
        }
        if (isHolder(member)) {
            holder = null;
            next();
            if (holder == null) {
                tellAll();
            }
        }
    }

    /** Which turn it is, or {@link #OPEN}. Two turns never have the same number one after the other. */
    public synchronized int look() {
        return holder == null ? OPEN : epoch;
    }

    /** The first block of the present turn. */
    public synchronized long firstBlock() {
        return first;
    }

    /** How many blocks the present turn is about. */
    public synchronized long blockCount() {
        return count;
    }

    /** The member has no request to the blocks of this turn under way, but such as the turn itself is for, and starts none. */
    public synchronized void quiet(Member member, int turn) {
        if (turn == epoch && member.quietSince != turn) {
            member.quietSince = turn;
            tellHolderIfAllAreQuiet();
        }
    }

    /** Whether it is this member's turn and the blocks are its own. From then on they are until it {@linkplain #withdraw withdraws}. */
    public synchronized boolean granted(Member member) {
        if (!isHolder(member)) {
            return false;
        }
        granted |= allAreQuiet();
        return granted;
    }

    private void next() {
        if (holder != null || waiting.isEmpty()) {
            return;
        }
        Member member = waiting.remove();
        holder = member;
        granted = false;
        first = member.wantedFirst;
        count = member.wantedCount;
        epoch++;
        if (epoch == OPEN) {
            epoch++;
        }
        tellAll();
    }

    private boolean isHolder(Member member) {
        return Objects.equals(holder, member);
    }

    private boolean allAreQuiet() {
        for (Member member : members) {
            if (member.present && member.quietSince != epoch) {
                return false;
            }
        }
        return true;
    }

    private void tellHolderIfAllAreQuiet() {
        Member waitingForIt = holder;
        if (waitingForIt != null && !granted && allAreQuiet()) {
            waitingForIt.news.run();
        }
    }

    private void tellAll() {
        for (Member member : members) {
            if (member.present) {
                member.news.run();
            }
        }
    }
}
