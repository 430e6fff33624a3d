package io.vfiouser.os;

import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Error numbers of the operating system, by their names, and what they mean.
 *
 * <p>All methods may be called from any thread.
 */
public final class Errno {
    private static final int LARGEST = 200;
    private static final String[] NAMES = new String[LARGEST + 1];

    /** Error {@code EPERM}. */
    public static final int EPERM = named(posix_h.EPERM(), "EPERM");

    /** Error {@code ENOENT}. */
    public static final int ENOENT = named(posix_h.ENOENT(), "ENOENT");

    /** Error {@code ESRCH}. */
    public static final int ESRCH = named(posix_h.ESRCH(), "ESRCH");

    /** Error {@code EINTR}. */
    public static final int EINTR = named(posix_h.EINTR(), "EINTR");

    /** Error {@code EIO}. */
    public static final int EIO = named(posix_h.EIO(), "EIO");

    /** Error {@code ENXIO}. */
    public static final int ENXIO = named(posix_h.ENXIO(), "ENXIO");

    /** Error {@code E2BIG}. */
    public static final int E2BIG = named(posix_h.E2BIG(), "E2BIG");

    /** Error {@code ENOEXEC}. */
    public static final int ENOEXEC = named(posix_h.ENOEXEC(), "ENOEXEC");

    /** Error {@code EBADF}. */
    public static final int EBADF = named(posix_h.EBADF(), "EBADF");

    /** Error {@code ECHILD}. */
    public static final int ECHILD = named(posix_h.ECHILD(), "ECHILD");

    /** Error {@code EAGAIN}. */
    public static final int EAGAIN = named(posix_h.EAGAIN(), "EAGAIN");

    /** Error {@code EWOULDBLOCK}. */
    public static final int EWOULDBLOCK = named(posix_h.EWOULDBLOCK(), "EWOULDBLOCK");

    /** Error {@code ENOMEM}. */
    public static final int ENOMEM = named(posix_h.ENOMEM(), "ENOMEM");

    /** Error {@code EACCES}. */
    public static final int EACCES = named(posix_h.EACCES(), "EACCES");

    /** Error {@code EFAULT}. */
    public static final int EFAULT = named(posix_h.EFAULT(), "EFAULT");

    /** Error {@code ENOTBLK}. */
    public static final int ENOTBLK = named(posix_h.ENOTBLK(), "ENOTBLK");

    /** Error {@code EBUSY}. */
    public static final int EBUSY = named(posix_h.EBUSY(), "EBUSY");

    /** Error {@code EEXIST}. */
    public static final int EEXIST = named(posix_h.EEXIST(), "EEXIST");

    /** Error {@code EXDEV}. */
    public static final int EXDEV = named(posix_h.EXDEV(), "EXDEV");

    /** Error {@code ENODEV}. */
    public static final int ENODEV = named(posix_h.ENODEV(), "ENODEV");

    /** Error {@code ENOTDIR}. */
    public static final int ENOTDIR = named(posix_h.ENOTDIR(), "ENOTDIR");

    /** Error {@code EISDIR}. */
    public static final int EISDIR = named(posix_h.EISDIR(), "EISDIR");

    /** Error {@code EINVAL}. */
    public static final int EINVAL = named(posix_h.EINVAL(), "EINVAL");

    /** Error {@code ENFILE}. */
    public static final int ENFILE = named(posix_h.ENFILE(), "ENFILE");

    /** Error {@code EMFILE}. */
    public static final int EMFILE = named(posix_h.EMFILE(), "EMFILE");

    /** Error {@code ENOTTY}. */
    public static final int ENOTTY = named(posix_h.ENOTTY(), "ENOTTY");

    /** Error {@code ETXTBSY}. */
    public static final int ETXTBSY = named(posix_h.ETXTBSY(), "ETXTBSY");

    /** Error {@code EFBIG}. */
    public static final int EFBIG = named(posix_h.EFBIG(), "EFBIG");

    /** Error {@code ENOSPC}. */
    public static final int ENOSPC = named(posix_h.ENOSPC(), "ENOSPC");

    /** Error {@code ESPIPE}. */
    public static final int ESPIPE = named(posix_h.ESPIPE(), "ESPIPE");

    /** Error {@code EROFS}. */
    public static final int EROFS = named(posix_h.EROFS(), "EROFS");

    /** Error {@code EMLINK}. */
    public static final int EMLINK = named(posix_h.EMLINK(), "EMLINK");

    /** Error {@code EPIPE}. */
    public static final int EPIPE = named(posix_h.EPIPE(), "EPIPE");

    /** Error {@code EDOM}. */
    public static final int EDOM = named(posix_h.EDOM(), "EDOM");

    /** Error {@code ERANGE}. */
    public static final int ERANGE = named(posix_h.ERANGE(), "ERANGE");

    /** Error {@code EDEADLK}. */
    public static final int EDEADLK = named(posix_h.EDEADLK(), "EDEADLK");

    /** Error {@code EDEADLOCK}. */
    public static final int EDEADLOCK = named(posix_h.EDEADLOCK(), "EDEADLOCK");

    /** Error {@code ENAMETOOLONG}. */
    public static final int ENAMETOOLONG = named(posix_h.ENAMETOOLONG(), "ENAMETOOLONG");

    /** Error {@code ENOLCK}. */
    public static final int ENOLCK = named(posix_h.ENOLCK(), "ENOLCK");

    /** Error {@code ENOSYS}. */
    public static final int ENOSYS = named(posix_h.ENOSYS(), "ENOSYS");

    /** Error {@code ENOTEMPTY}. */
    public static final int ENOTEMPTY = named(posix_h.ENOTEMPTY(), "ENOTEMPTY");

    /** Error {@code ELOOP}. */
    public static final int ELOOP = named(posix_h.ELOOP(), "ELOOP");

    /** Error {@code ENOMSG}. */
    public static final int ENOMSG = named(posix_h.ENOMSG(), "ENOMSG");

    /** Error {@code EIDRM}. */
    public static final int EIDRM = named(posix_h.EIDRM(), "EIDRM");

    /** Error {@code ECHRNG}. */
    public static final int ECHRNG = named(posix_h.ECHRNG(), "ECHRNG");

    /** Error {@code EL2NSYNC}. */
    public static final int EL2NSYNC = named(posix_h.EL2NSYNC(), "EL2NSYNC");

    /** Error {@code EL3HLT}. */
    public static final int EL3HLT = named(posix_h.EL3HLT(), "EL3HLT");

    /** Error {@code EL3RST}. */
    public static final int EL3RST = named(posix_h.EL3RST(), "EL3RST");

    /** Error {@code ELNRNG}. */
    public static final int ELNRNG = named(posix_h.ELNRNG(), "ELNRNG");

    /** Error {@code EUNATCH}. */
    public static final int EUNATCH = named(posix_h.EUNATCH(), "EUNATCH");

    /** Error {@code ENOCSI}. */
    public static final int ENOCSI = named(posix_h.ENOCSI(), "ENOCSI");

    /** Error {@code EL2HLT}. */
    public static final int EL2HLT = named(posix_h.EL2HLT(), "EL2HLT");

    /** Error {@code EBADE}. */
    public static final int EBADE = named(posix_h.EBADE(), "EBADE");

    /** Error {@code EBADR}. */
    public static final int EBADR = named(posix_h.EBADR(), "EBADR");

    /** Error {@code EXFULL}. */
    public static final int EXFULL = named(posix_h.EXFULL(), "EXFULL");

    /** Error {@code ENOANO}. */
    public static final int ENOANO = named(posix_h.ENOANO(), "ENOANO");

    /** Error {@code EBADRQC}. */
    public static final int EBADRQC = named(posix_h.EBADRQC(), "EBADRQC");

    /** Error {@code EBADSLT}. */
    public static final int EBADSLT = named(posix_h.EBADSLT(), "EBADSLT");

    /** Error {@code EBFONT}. */
    public static final int EBFONT = named(posix_h.EBFONT(), "EBFONT");

    /** Error {@code ENOSTR}. */
    public static final int ENOSTR = named(posix_h.ENOSTR(), "ENOSTR");

    /** Error {@code ENODATA}. */
    public static final int ENODATA = named(posix_h.ENODATA(), "ENODATA");

    /** Error {@code ETIME}. */
    public static final int ETIME = named(posix_h.ETIME(), "ETIME");

    /** Error {@code ENOSR}. */
    public static final int ENOSR = named(posix_h.ENOSR(), "ENOSR");

    /** Error {@code ENONET}. */
    public static final int ENONET = named(posix_h.ENONET(), "ENONET");

    /** Error {@code ENOPKG}. */
    public static final int ENOPKG = named(posix_h.ENOPKG(), "ENOPKG");

    /** Error {@code EREMOTE}. */
    public static final int EREMOTE = named(posix_h.EREMOTE(), "EREMOTE");

    /** Error {@code ENOLINK}. */
    public static final int ENOLINK = named(posix_h.ENOLINK(), "ENOLINK");

    /** Error {@code EADV}. */
    public static final int EADV = named(posix_h.EADV(), "EADV");

    /** Error {@code ESRMNT}. */
    public static final int ESRMNT = named(posix_h.ESRMNT(), "ESRMNT");

    /** Error {@code ECOMM}. */
    public static final int ECOMM = named(posix_h.ECOMM(), "ECOMM");

    /** Error {@code EPROTO}. */
    public static final int EPROTO = named(posix_h.EPROTO(), "EPROTO");

    /** Error {@code EMULTIHOP}. */
    public static final int EMULTIHOP = named(posix_h.EMULTIHOP(), "EMULTIHOP");

    /** Error {@code EDOTDOT}. */
    public static final int EDOTDOT = named(posix_h.EDOTDOT(), "EDOTDOT");

    /** Error {@code EBADMSG}. */
    public static final int EBADMSG = named(posix_h.EBADMSG(), "EBADMSG");

    /** Error {@code EOVERFLOW}. */
    public static final int EOVERFLOW = named(posix_h.EOVERFLOW(), "EOVERFLOW");

    /** Error {@code ENOTUNIQ}. */
    public static final int ENOTUNIQ = named(posix_h.ENOTUNIQ(), "ENOTUNIQ");

    /** Error {@code EBADFD}. */
    public static final int EBADFD = named(posix_h.EBADFD(), "EBADFD");

    /** Error {@code EREMCHG}. */
    public static final int EREMCHG = named(posix_h.EREMCHG(), "EREMCHG");

    /** Error {@code ELIBACC}. */
    public static final int ELIBACC = named(posix_h.ELIBACC(), "ELIBACC");

    /** Error {@code ELIBBAD}. */
    public static final int ELIBBAD = named(posix_h.ELIBBAD(), "ELIBBAD");

    /** Error {@code ELIBSCN}. */
    public static final int ELIBSCN = named(posix_h.ELIBSCN(), "ELIBSCN");

    /** Error {@code ELIBMAX}. */
    public static final int ELIBMAX = named(posix_h.ELIBMAX(), "ELIBMAX");

    /** Error {@code ELIBEXEC}. */
    public static final int ELIBEXEC = named(posix_h.ELIBEXEC(), "ELIBEXEC");

    /** Error {@code EILSEQ}. */
    public static final int EILSEQ = named(posix_h.EILSEQ(), "EILSEQ");

    /** Error {@code ERESTART}. */
    public static final int ERESTART = named(posix_h.ERESTART(), "ERESTART");

    /** Error {@code ESTRPIPE}. */
    public static final int ESTRPIPE = named(posix_h.ESTRPIPE(), "ESTRPIPE");

    /** Error {@code EUSERS}. */
    public static final int EUSERS = named(posix_h.EUSERS(), "EUSERS");

    /** Error {@code ENOTSOCK}. */
    public static final int ENOTSOCK = named(posix_h.ENOTSOCK(), "ENOTSOCK");

    /** Error {@code EDESTADDRREQ}. */
    public static final int EDESTADDRREQ = named(posix_h.EDESTADDRREQ(), "EDESTADDRREQ");

    /** Error {@code EMSGSIZE}. */
    public static final int EMSGSIZE = named(posix_h.EMSGSIZE(), "EMSGSIZE");

    /** Error {@code EPROTOTYPE}. */
    public static final int EPROTOTYPE = named(posix_h.EPROTOTYPE(), "EPROTOTYPE");

    /** Error {@code ENOPROTOOPT}. */
    public static final int ENOPROTOOPT = named(posix_h.ENOPROTOOPT(), "ENOPROTOOPT");

    /** Error {@code EPROTONOSUPPORT}. */
    public static final int EPROTONOSUPPORT = named(posix_h.EPROTONOSUPPORT(), "EPROTONOSUPPORT");

    /** Error {@code ESOCKTNOSUPPORT}. */
    public static final int ESOCKTNOSUPPORT = named(posix_h.ESOCKTNOSUPPORT(), "ESOCKTNOSUPPORT");

    /** Error {@code EOPNOTSUPP}. */
    public static final int EOPNOTSUPP = named(posix_h.EOPNOTSUPP(), "EOPNOTSUPP");

    /** Error {@code ENOTSUP}. */
    public static final int ENOTSUP = named(posix_h.ENOTSUP(), "ENOTSUP");

    /** Error {@code EPFNOSUPPORT}. */
    public static final int EPFNOSUPPORT = named(posix_h.EPFNOSUPPORT(), "EPFNOSUPPORT");

    /** Error {@code EAFNOSUPPORT}. */
    public static final int EAFNOSUPPORT = named(posix_h.EAFNOSUPPORT(), "EAFNOSUPPORT");

    /** Error {@code EADDRINUSE}. */
    public static final int EADDRINUSE = named(posix_h.EADDRINUSE(), "EADDRINUSE");

    /** Error {@code EADDRNOTAVAIL}. */
    public static final int EADDRNOTAVAIL = named(posix_h.EADDRNOTAVAIL(), "EADDRNOTAVAIL");

    /** Error {@code ENETDOWN}. */
    public static final int ENETDOWN = named(posix_h.ENETDOWN(), "ENETDOWN");

    /** Error {@code ENETUNREACH}. */
    public static final int ENETUNREACH = named(posix_h.ENETUNREACH(), "ENETUNREACH");

    /** Error {@code ENETRESET}. */
    public static final int ENETRESET = named(posix_h.ENETRESET(), "ENETRESET");

    /** Error {@code ECONNABORTED}. */
    public static final int ECONNABORTED = named(posix_h.ECONNABORTED(), "ECONNABORTED");

    /** Error {@code ECONNRESET}. */
    public static final int ECONNRESET = named(posix_h.ECONNRESET(), "ECONNRESET");

    /** Error {@code ENOBUFS}. */
    public static final int ENOBUFS = named(posix_h.ENOBUFS(), "ENOBUFS");

    /** Error {@code EISCONN}. */
    public static final int EISCONN = named(posix_h.EISCONN(), "EISCONN");

    /** Error {@code ENOTCONN}. */
    public static final int ENOTCONN = named(posix_h.ENOTCONN(), "ENOTCONN");

    /** Error {@code ESHUTDOWN}. */
    public static final int ESHUTDOWN = named(posix_h.ESHUTDOWN(), "ESHUTDOWN");

    /** Error {@code ETOOMANYREFS}. */
    public static final int ETOOMANYREFS = named(posix_h.ETOOMANYREFS(), "ETOOMANYREFS");

    /** Error {@code ETIMEDOUT}. */
    public static final int ETIMEDOUT = named(posix_h.ETIMEDOUT(), "ETIMEDOUT");

    /** Error {@code ECONNREFUSED}. */
    public static final int ECONNREFUSED = named(posix_h.ECONNREFUSED(), "ECONNREFUSED");

    /** Error {@code EHOSTDOWN}. */
    public static final int EHOSTDOWN = named(posix_h.EHOSTDOWN(), "EHOSTDOWN");

    /** Error {@code EHOSTUNREACH}. */
    public static final int EHOSTUNREACH = named(posix_h.EHOSTUNREACH(), "EHOSTUNREACH");

    /** Error {@code EALREADY}. */
    public static final int EALREADY = named(posix_h.EALREADY(), "EALREADY");

    /** Error {@code EINPROGRESS}. */
    public static final int EINPROGRESS = named(posix_h.EINPROGRESS(), "EINPROGRESS");

    /** Error {@code ESTALE}. */
    public static final int ESTALE = named(posix_h.ESTALE(), "ESTALE");

    /** Error {@code EUCLEAN}. */
    public static final int EUCLEAN = named(posix_h.EUCLEAN(), "EUCLEAN");

    /** Error {@code ENOTNAM}. */
    public static final int ENOTNAM = named(posix_h.ENOTNAM(), "ENOTNAM");

    /** Error {@code ENAVAIL}. */
    public static final int ENAVAIL = named(posix_h.ENAVAIL(), "ENAVAIL");

    /** Error {@code EISNAM}. */
    public static final int EISNAM = named(posix_h.EISNAM(), "EISNAM");

    /** Error {@code EREMOTEIO}. */
    public static final int EREMOTEIO = named(posix_h.EREMOTEIO(), "EREMOTEIO");

    /** Error {@code EDQUOT}. */
    public static final int EDQUOT = named(posix_h.EDQUOT(), "EDQUOT");

    /** Error {@code ENOMEDIUM}. */
    public static final int ENOMEDIUM = named(posix_h.ENOMEDIUM(), "ENOMEDIUM");

    /** Error {@code EMEDIUMTYPE}. */
    public static final int EMEDIUMTYPE = named(posix_h.EMEDIUMTYPE(), "EMEDIUMTYPE");

    /** Error {@code ECANCELED}. */
    public static final int ECANCELED = named(posix_h.ECANCELED(), "ECANCELED");

    /** Error {@code ENOKEY}. */
    public static final int ENOKEY = named(posix_h.ENOKEY(), "ENOKEY");

    /** Error {@code EKEYEXPIRED}. */
    public static final int EKEYEXPIRED = named(posix_h.EKEYEXPIRED(), "EKEYEXPIRED");

    /** Error {@code EKEYREVOKED}. */
    public static final int EKEYREVOKED = named(posix_h.EKEYREVOKED(), "EKEYREVOKED");

    /** Error {@code EKEYREJECTED}. */
    public static final int EKEYREJECTED = named(posix_h.EKEYREJECTED(), "EKEYREJECTED");

    /** Error {@code EOWNERDEAD}. */
    public static final int EOWNERDEAD = named(posix_h.EOWNERDEAD(), "EOWNERDEAD");

    /** Error {@code ENOTRECOVERABLE}. */
    public static final int ENOTRECOVERABLE = named(posix_h.ENOTRECOVERABLE(), "ENOTRECOVERABLE");

    /** Error {@code ERFKILL}. */
    public static final int ERFKILL = named(posix_h.ERFKILL(), "ERFKILL");

    /** Error {@code EHWPOISON}. */
    public static final int EHWPOISON = named(posix_h.EHWPOISON(), "EHWPOISON");

    private Errno() {}

    /** The error's name and the C library's text: {@code ENOENT (No such file or directory)}. */
    public static String describe(int errno) {
        return name(errno) + " (" + Text.of(errno) + ")";
    }

    /** The error's name, {@code ENOENT}; {@code errno 12345} for a number without one. */
    public static String name(int errno) {
        return errno > 0 && errno <= LARGEST && NAMES[errno] != null ? NAMES[errno] : "errno " + errno;
    }

    /**
     * Stores a number in this thread's {@code errno}, for a C caller that looks at it.
     *
     * <p>Meant as the last act of an upcall: anything the virtual machine does after it may change {@code errno} again.
     */
    public static void set(int errno) {
        Location.store(errno);
    }

    /** The first name given to a number is the one that is reported; synonyms follow it. */
    private static int named(int errno, String name) {
        if (NAMES[errno] == null) {
            NAMES[errno] = name;
        }
        return errno;
    }

    /** Linked on first use only: most programs never need a message. */
    private static final class Text {
        private static final MethodHandle STRERROR = Libc.plain("strerror", Shapes.STRERROR);

        static String of(int errno) {
            try {
                // The C library's text lives in static or thread-local storage: read before anything else can replace
                // it.
                return ((MemorySegment) STRERROR.invokeExact(errno)).getString(0);
            } catch (Throwable t) {
                throw Libc.unexpected(t);
            }
        }
    }

    /** Linked on first use; the call is critical so that no thread-state transition follows it. */
    private static final class Location {
        private static final MethodHandle ERRNO_LOCATION = Libc.plain(
                "__errno_location",
                FunctionDescriptor.of(ValueLayout.ADDRESS.withTargetLayout(ValueLayout.JAVA_INT)),
                Linker.Option.critical(false));

        static void store(int errno) {
            try {
                ((MemorySegment) ERRNO_LOCATION.invokeExact()).set(ValueLayout.JAVA_INT, 0, errno);
            } catch (Throwable t) {
                throw Libc.unexpected(t);
            }
        }
    }
}
