package io.vfiouser.nvme.testing;

import java.lang.reflect.RecordComponent;

/** Records that differ from others in one component. */
public final class Records {
    private Records() {}

    /** A copy of a record with another value of the component with this name. */
    public static <T extends Record> T with(T record, String name, Object value) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        boolean found = false;
        try {
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                boolean wanted = components[i].getName().equals(name);
                found |= wanted;
                values[i] = wanted ? value : components[i].getAccessor().invoke(record);
            }
            if (!found) {
                throw new IllegalArgumentException("no component " + name);
            }
            @SuppressWarnings("unchecked")
            T changed = (T) record.getClass().getDeclaredConstructor(types).newInstance(values);
            return changed;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
